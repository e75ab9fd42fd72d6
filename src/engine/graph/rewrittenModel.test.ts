import path from 'node:path';
import * as runtime from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasShared, shared } from '../../../test/paths';
import { temporaryFolders } from '../../../test/temporaryFolder';
import { prepareGraph } from './prepareGraph';

const folder = temporaryFolders(afterAll);
const file = path.join(shared, 'models/SmolLM2-135M-Instruct/onnx/model_q4.onnx');
const layers = 30;
const vocabulary = 49152;
const lowest = -3.4028234663852886e38;
const slots = Array.from({ length: layers }, (_, i) => [`${i}.key`, `${i}.value`]).flat();

type Past = Readonly<Record<string, runtime.Tensor>>;

const nothing: Past = Object.fromEntries(
	slots.map(name => [name, new runtime.Tensor('float32', new Float32Array(), [1, 3, 0, 64])]),
);

interface Feed {
	readonly tokens: readonly number[];
	readonly past: Past;
	readonly before: number;
	readonly rows: number;
	readonly positions?: readonly number[];
	/** Whether the token at a row sees that at a column, both counted after the past. */
	readonly sees?: (row: number, column: number) => boolean;
}

async function forward(session: runtime.InferenceSession, feed: Feed) {
	const { tokens, past, before, rows, positions = tokens.map((_, i) => before + i), sees } = feed;
	const count = tokens.length;
	const width = before + count;
	const bias = Float32Array.from({ length: count * width }, (_, i) => {
		const column = (i % width) - before;
		return column < 0 || (sees ?? ((r, c) => c <= r))(Math.floor(i / width), column) ? 0 : lowest;
	});
	const int64 = (values: readonly number[], dims: readonly number[]) =>
		new runtime.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
	const feeds: Record<string, runtime.Tensor> = {
		input_ids: int64(tokens, [1, count]),
		position_ids: int64(positions, [1, count]),
		attention_mask: int64(Array(width).fill(1), [1, width]),
		num_logits_to_keep: int64([rows], []),
		attention_bias: new runtime.Tensor('float32', bias, [1, 1, count, width]),
		...Object.fromEntries(slots.map(name => [`past_key_values.${name}`, past[name]])),
	};
	const declared = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
	const outputs = await session.run(Object.fromEntries(declared));
	const logits = outputs.logits?.data;
	expect(logits).toBeInstanceOf(Float32Array);
	return {
		logits: logits as Float32Array, // Just tested.
		past: Object.fromEntries(slots.map(name => [name, outputs[`present.${name}`]])) as Past, // Asked for by their names.
	};
}

/** The greatest difference of log-probabilities, row by row. */
function farthest(a: Float32Array, b: Float32Array): number {
	expect(a.length).toBe(b.length);
	let most = 0;
	for (let row = 0; row < a.length; row += vocabulary) {
		const [p, q] = [a, b].map(logits => logProbabilities(logits.subarray(row, row + vocabulary)));
		p?.forEach((value, i) => {
			const difference = Math.abs(value - (q?.[i] ?? Number.NaN));
			most = difference > most || Number.isNaN(difference) ? difference : most;
		});
	}
	return most;
}

function logProbabilities(logits: Float32Array): Float64Array {
	const top = logits.reduce((a, b) => Math.max(a, b));
	const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0)) + top;
	return Float64Array.from(logits, value => value - total);
}

const token = (i: number) => 500 + ((i * 7919) % 40_000);
const prompt = Array.from({ length: 40 }, (_, i) => token(i));

describe.skipIf(!hasShared('models/SmolLM2-135M-Instruct/onnx/model_q4.onnx'))('a rewritten model', () => {
	let original: runtime.InferenceSession;
	let rewritten: runtime.InferenceSession;

	beforeAll(async () => {
		const prepared = await prepareGraph({
			file,
			sha256: 'a'.repeat(64),
			folder: folder(),
			passes: ['lastRows', 'attentionBias', 'floatWeights'],
		});
		expect(prepared).toMatchObject({ lastRows: true, treeAttention: true, floatWeights: true, notes: [] });
		const options = { logSeverityLevel: 3, enableMemPattern: false } as const;
		original = await runtime.InferenceSession.create(file, options);
		rewritten = await runtime.InferenceSession.create(prepared.file, options);
	}, 60_000);
	afterAll(async () => {
		await original?.release();
		await rewritten?.release();
	});

	it.each([1, 16])('gives the last %i rows of a prompt as the original does', async rows => {
		const feed = { tokens: prompt, past: nothing, before: 0, rows };
		const [a, b] = [await forward(original, feed), await forward(rewritten, feed)];
		expect(a.logits.length).toBe(rows * vocabulary);
		expect(farthest(a.logits, b.logits)).toBeLessThan(1e-4);
	});

	it('goes on from a past as the original does', async () => {
		const results = [];
		for (const session of [original, rewritten]) {
			const { past } = await forward(session, { tokens: prompt.slice(0, 25), past: nothing, before: 0, rows: 1 });
			results.push((await forward(session, { tokens: prompt.slice(25), past, before: 25, rows: 1 })).logits);
		}
		const [a, b] = results as [Float32Array, Float32Array]; // One for each session.
		expect(farthest(a, b)).toBeLessThan(1e-4);
	});

	it('computes three suffixes in one sequence as the original does one by one', async () => {
		const before = prompt.length;
		const suffixes = [7, 12, 5].map((count, k) => Array.from({ length: count }, (_, i) => token(100 * (k + 1) + i)));
		const past = (await forward(original, { tokens: prompt, past: nothing, before: 0, rows: 1 })).past;
		const alone: number[] = [];
		for (const tokens of suffixes) {
			alone.push(...(await forward(original, { tokens, past, before, rows: 1 })).logits);
		}
		// The tokens whose rows are read stand last: order is what the bias and the positions say.
		const places = suffixes.flatMap((tokens, suffix) => tokens.map((id, i) => ({ id, suffix, i })));
		const isLast = ({ suffix, i }: { suffix: number; i: number }) => i === (suffixes[suffix]?.length ?? 0) - 1;
		const order = [...places.filter(place => !isLast(place)), ...places.filter(isLast)];
		const own = (await forward(rewritten, { tokens: prompt, past: nothing, before: 0, rows: 1 })).past;
		const { logits } = await forward(rewritten, {
			tokens: order.map(({ id }) => id),
			past: own,
			before,
			rows: suffixes.length,
			positions: order.map(({ i }) => before + i),
			sees: (row, column) => {
				const [from, to] = [order[row], order[column]];
				return from !== undefined && to !== undefined && from.suffix === to.suffix && to.i <= from.i;
			},
		});
		expect(farthest(logits, Float32Array.from(alone))).toBeLessThan(1e-4);
	});
});
