import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contributed, externalTensor, node, onnxBytes, onnxModel, tensor, withGraph } from '../../../test/onnxModel';
import { hasShared, root, shared } from '../../../test/paths';
import { temporaryFolders } from '../../../test/temporaryFolder';
import { neverCancelled } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import { describeGraph } from './describeGraph';
import { encodeModel } from './encodeModel';
import type { Model } from './model';
import { valueInfo } from './parts';
import { isRange } from './wireFormat';
import { withModel } from './withModel';

const folder = temporaryFolders();
const tiny = (name: string) => path.join(root, 'test/fixtures/tiny-decoder', name, 'onnx/model.onnx');
const demo = path.join(shared, 'models/SmolLM2-135M-Instruct/onnx/model_q4.onnx');

/** What a model is written as when nothing was changed. */
function again(file: string): Promise<Buffer> {
	return withModel(file, neverCancelled, async (model, source) => {
		const pieces = encodeModel(model, { location: '', offsets: new Map(), bytes: 0 });
		const parts: Uint8Array[] = [];
		for (const piece of pieces) {
			parts.push(isRange(piece) ? await source.read(piece) : piece);
		}
		return Buffer.concat(parts);
	});
}

describe('a model that is read and written', () => {
	it.each(['full-logits', 'sentencepiece-like'])('is the same bytes: %s', async name => {
		expect((await again(tiny(name))).equals(await readFile(tiny(name)))).toBe(true);
	});

	it.skipIf(!hasShared('models/SmolLM2-135M-Instruct/onnx/model_q4.onnx'))(
		'is the same bytes: a large one',
		async () => {
			expect((await again(demo)).equals(await readFile(demo))).toBe(true);
		},
	);

	it('keeps fields that it does not know', async () => {
		const known = onnxBytes(simple());
		const unknown = new BinaryWriter().tag(4000, 2).string('from the future').tag(4001, 0).uint32(7).finish();
		const file = path.join(folder(), 'model.onnx');
		await writeFile(file, Buffer.concat([known, unknown]));
		expect((await again(file)).equals(Buffer.concat([known, unknown]))).toBe(true);
	});
});

function simple(more: Partial<Parameters<typeof onnxModel>[0]> = {}): Model {
	return onnxModel({
		nodes: [node('Neg', ['x'], 'y')],
		inputs: [valueInfo('x', 1, [1])],
		outputs: [valueInfo('y', 1, [1])],
		...more,
	});
}

async function described(bytes: Uint8Array) {
	const file = path.join(folder(), 'model.onnx');
	await writeFile(file, bytes);
	return describeGraph(file);
}

/** The message of what is thrown, which has to be a Failure. */
async function failureOf(bytes: Uint8Array): Promise<string> {
	const error = await described(bytes).then(
		() => null,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(Failure);
	return error instanceof Failure ? error.message : '';
}

const length = (bytes: Uint8Array) => new BinaryWriter().uint32(bytes.length).finish();
const inGraph = (content: Uint8Array) => Buffer.concat([Buffer.from([0x3a]), length(content), content]);

/** The encoding of a model's graph, which stands behind the two bytes of the version and the field's tag. */
function graphOf(model: Model): Uint8Array {
	const bytes = onnxBytes(model);
	return new BinaryReader(bytes.subarray(3)).bytes();
}

/** Graphs in the attributes of nodes in graphs, `depth` deep. */
function nested(depth: number): Uint8Array {
	let graph: Uint8Array = new Uint8Array();
	for (let i = 0; i < depth; i++) {
		graph = graphOf(simple({ nodes: [withGraph(node('If', ['x'], 'y'), 'then_branch', graph)] }));
	}
	return graph;
}

/** A model with weights at place −234 of a file. */
function negativePlace(): Uint8Array {
	const place = { location: 'w', offset: '1234', length: '4' };
	const bytes = Buffer.from(onnxBytes(simple({ initializers: [externalTensor('w', [1], 1, place)] })));
	bytes[bytes.indexOf('1234')] = '-'.charCodeAt(0);
	return bytes;
}

describe('a file that is no model is refused with a sentence', () => {
	it.each([
		['empty', new Uint8Array(), /it holds no graph/],
		['text', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00'), /no whole ONNX model/],
		['two graphs', Buffer.concat([onnxBytes(simple()), onnxBytes(simple())]), /two graphs/],
		[
			'a part that is longer than the file',
			Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
			/ends before its parts do/,
		],
		[
			'millions of empty parts',
			inGraph(Buffer.alloc(3_000_000, Buffer.from([0x0a, 0x00]))),
			/more than a million parts/,
		],
		[
			'a node of millions of parts',
			inGraph(
				Buffer.concat([
					Buffer.from([0x0a]),
					length(new Uint8Array(2_400_000)),
					Buffer.alloc(2_400_000, Buffer.from([0x0a, 0x00])),
				]),
			),
			/more than a million parts/,
		],
		['groups', inGraph(Buffer.from([0x0b, 0x0c])), /groups/],
		['nodes in a circle', onnxBytes(simple({ nodes: [node('Neg', ['y'], 'y')] })), /reads “y” before it is made/],
		[
			'a value made twice',
			onnxBytes(simple({ nodes: [node('Neg', ['x'], 'y'), node('Abs', ['x'], 'y')] })),
			/“y” is made twice/,
		],
		['graphs in graphs', inGraph(nested(40)), /without end/],
		['a place that is none', negativePlace(), /“-234” is no place/],
	])('%s', async (_, bytes, reason) => {
		expect(await failureOf(bytes)).toMatch(reason);
	});

	it('a folder, and a file that is not there', async () => {
		await expect(describeGraph(folder())).rejects.toThrow(Failure);
		await expect(describeGraph(path.join(folder(), 'none.onnx'))).rejects.toThrow('could not be read (ENOENT)');
	});

	const whole = readFileSync(tiny('full-logits'));

	it('cut off anywhere', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async size => {
				const outcome = await described(whole.subarray(0, size)).catch((error: unknown) => error);
				// Cut where the graph is complete, it is a model without versions of operators.
				expect(outcome instanceof Failure || size > whole.length - 64).toBe(true);
			}),
			{ numRuns: 60 },
		);
	});

	it('or damaged anywhere, unless it still is one', async () => {
		const flip = fc.record({ at: fc.nat(whole.length - 1), bits: fc.integer({ min: 1, max: 255 }) });
		await fc.assert(
			fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 20 }), async flips => {
				const bytes = Buffer.from(whole);
				for (const { at, bits } of flips) {
					bytes[at] = (bytes[at] ?? 0) ^ bits;
				}
				const outcome = await described(bytes).catch((error: unknown) => error);
				expect(outcome instanceof Error && !(outcome instanceof Failure) ? outcome : null).toBeNull();
			}),
			{ numRuns: 200 },
		);
	});
});

describe('describeGraph', () => {
	it.skipIf(!hasShared('models/SmolLM2-135M-Instruct/onnx/model_q4.onnx'))('of a large model', async () => {
		const none = { lastRows: null, attentionBias: null, floatWeights: null, squares: null };
		expect(await describeGraph(demo)).toEqual({ chunkSensitive: false, floatWeightBytes: 424_673_280, passes: none });
	});

	it.each([
		[false, node('Neg', ['x'], 'y')],
		[true, node('DynamicQuantizeLinear', ['x'], 'y')],
		[true, contributed('DynamicQuantizeMatMul', ['x', 'w'], 'y')],
		[true, contributed('MatMulNBits', ['x', 'w', 's'], 'y', { accuracy_level: 4 })],
		[false, contributed('MatMulNBits', ['x', 'w', 's'], 'y', { accuracy_level: 1 })],
		[
			true,
			withGraph(
				node('If', ['x'], 'y'),
				'then_branch',
				graphOf(simple({ nodes: [node('MatMulInteger', ['x', 'x'], 'y')] })),
			),
		],
	])('says whether numbers depend on how a prompt is cut: %s', async (sensitive, only) => {
		const { chunkSensitive } = await described(
			onnxBytes(simple({ nodes: [only], initializers: [tensor('w', [1], new Uint8Array(1))] })),
		);
		expect(chunkSensitive).toBe(sensitive);
	});
});
