import { readFile, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { Failure } from '../../protocol/failure';
import { type Message, message } from '../../protocol/messages';
import { chunkingOf, chunkNotes } from '../chunking';
import type { GraphInfo } from '../contract';
import { describeGraph, type GraphDescription } from '../graph/describeGraph';
import type { PassName } from '../graph/pass';
import { prepareGraph } from '../graph/prepareGraph';
import type { LoadRequest } from '../wire';
import { createDecoder, type Decoder } from './decoder';
import { decoderLayout } from './decoderLayout';
import { type OnnxRuntime, openSession } from './runtime';

/** A model ready to compute, rewritten where that is of use. */
export interface PreparedModel {
	/** Null: left to ONNX Runtime. */
	readonly threads: number | null;
	/** What rewriting has to tell. */
	readonly notes: readonly Message[];
	readonly decoder: Decoder;
	readonly graph: GraphInfo;
}

/** Weights are written out as float32 where these take no more than this share of the memory. */
const shareOfMemory = 1 / 4;

/** By how much a logit of the rewritten graph may differ from the original's: they are summed in another order. */
const tolerance = 1e-3;

/**
 * Opens a model for scoring. Rewriting saves time, never a number: a rewritten graph is compared with the original when it
 * is made, and where it differs, or cannot be made, the original is used and a note tells why.
 * @throws Failure where the model itself cannot be opened.
 */
export async function openModel(runtime: OnnxRuntime, request: LoadRequest): Promise<PreparedModel> {
	const { file, graphFolder, chunking } = request;
	if (graphFolder === null) {
		const opened = await open(runtime, request, file);
		return {
			...opened,
			notes: [],
			graph: { passes: [], trees: opened.decoder.trees, floatWeights: false, chunkSensitive: false },
		};
	}
	const description = await describeGraph(file);
	const { chunkSensitive } = description;
	const notes = chunkNotes(file, description, chunkingOf(chunking, description));
	const passes = request.passes ?? passesFor(description, request);
	try {
		const prepared = await prepareGraph({ file, sha256: request.sha256, folder: graphFolder, passes });
		if (prepared.file !== file) {
			const rewritten = await open(runtime, request, prepared.file);
			// Where numbers depend on how prompts are cut, a tree differs from chains anyway.
			const inTrees = rewritten.decoder.trees && !chunkSensitive;
			const difference = await verified(runtime, request, prepared.file, rewritten.decoder, inTrees);
			if (difference <= tolerance) {
				return {
					...rewritten,
					notes,
					graph: { passes, trees: rewritten.decoder.trees, floatWeights: prepared.floatWeights, chunkSensitive },
				};
			}
			await rewritten.close();
			notes.push(
				message('engine.graph-differs', { file: path.basename(file), difference: difference.toExponential(1) }),
			);
		}
	} catch (error) {
		// Without room for the copy the model still runs, slower.
		if (!(error instanceof Failure && error.reason.code.startsWith('graph.'))) {
			throw error;
		}
		notes.push(error.reason);
	}
	const opened = await open(runtime, request, file);
	return {
		...opened,
		notes,
		graph: { passes: [], trees: opened.decoder.trees, floatWeights: false, chunkSensitive },
	};
}

/** Bytes of the computer, or of the container that this runs in. */
function memory(): number {
	// 0, or more than there is, where nothing limits it.
	return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** What is worth rewriting: the plain way is left plain, but for the rows that nobody reads. */
function passesFor(description: GraphDescription, { chunking, device }: LoadRequest): PassName[] {
	const effective = chunkingOf(chunking, description);
	const onCpu = device === 'cpu';
	const fits = description.floatWeightBytes > 0 && description.floatWeightBytes <= shareOfMemory * memory();
	return [
		'lastRows',
		...(effective === 'shared' ? (['attentionBias'] as const) : []),
		// Graphics processors have the memory bandwidth for packed weights, not the memory for others.
		...(effective !== 'whole' && onCpu && fits && !description.chunkSensitive ? (['floatWeights'] as const) : []),
		...(effective !== 'whole' && onCpu ? (['squares'] as const) : []),
	];
}

async function open(runtime: OnnxRuntime, request: LoadRequest, file: string) {
	const { session, ...opened } = await openSession(runtime, file, request.device, request.threads);
	const layout = decoderLayout(session, request.shape, request.file);
	return {
		...opened,
		decoder: createDecoder(runtime, session, layout, { file: request.file, device: request.device }),
		close: () => session.release(),
	};
}

/** Beside a copy, for each device: by how much its logits differed from the original's, under which runtime. */
interface Verification {
	readonly runtime: string;
	readonly difference: number;
}

/** The largest difference of the copy's logits, measured when it is first used on a device with a version of the runtime. */
async function verified(
	runtime: OnnxRuntime,
	request: LoadRequest,
	copy: string,
	decoder: Decoder,
	inTrees: boolean,
): Promise<number> {
	const version = runtime.env.versions.node ?? '';
	const file = path.join(path.dirname(copy), `verified-${request.device}.json`);
	const known = await readVerification(file);
	if (known?.runtime === version) {
		return known.difference;
	}
	const original = await open(runtime, request, request.file);
	const difference = await largestDifference(original.decoder, decoder, inTrees);
	await original.close();
	// Written once more by the next who comes, should it fail.
	await writeFile(file, JSON.stringify({ runtime: version, difference } satisfies Verification)).catch(() => {});
	return difference;
}

async function readVerification(file: string): Promise<Verification | null> {
	try {
		// Written above; whoever changes it harms their own numbers.
		const value = JSON.parse(await readFile(file, 'utf8')) as Verification;
		return typeof value.difference === 'number' ? value : null;
	} catch {
		return null;
	}
}

/** On a beginning, and on two continuations of it, which the rewritten graph may compute as one tree. */
async function largestDifference(original: Decoder, rewritten: Decoder, inTrees: boolean): Promise<number> {
	const size = original.vocabularySize;
	const tokens = Array.from({ length: 24 }, (_, i) => (i * 7919 + 13) % size);
	const [beginning, one, other] = [tokens.slice(0, 16), tokens.slice(16, 20), tokens.slice(20)];
	const start = (decoder: Decoder) =>
		decoder.forward({ tokens: beginning, parents: null, past: null, rows: [15], keepPast: true });
	// Both continuations begin with the same tokens, and what is read of one stands before what is not read of the other.
	const chains = async (decoder: Decoder) => {
		const { rows, past } = await start(decoder);
		const chain = { parents: null, past, keepPast: false };
		const first = await decoder.forward({ ...chain, tokens: one, rows: [1, 3] });
		const second = await decoder.forward({ ...chain, tokens: [...one.slice(0, 2), ...other], rows: [5] });
		return [...rows, ...first.rows, ...second.rows];
	};
	const tree = async (decoder: Decoder) => {
		const { rows, past } = await start(decoder);
		const parents = [-1, 0, 1, 2, 1, 4, 5, 6];
		const both = await decoder.forward({ tokens: tokens.slice(16), parents, past, rows: [1, 3, 7], keepPast: false });
		return [...rows, ...both.rows];
	};
	const expected = await chains(original);
	const got = await (inTrees ? tree : chains)(rewritten);
	return expected.reduce((worst, row, i) => Math.max(worst, differenceOf(row, got[i] ?? [])), 0);
}

function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let worst = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
	for (let i = 0; i < a.length; i++) {
		// A value that is no number is as far away as can be.
		const difference = Math.abs((a[i] ?? 0) - (b[i] ?? 0));
		worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
	}
	return worst;
}
