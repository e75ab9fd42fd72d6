import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type CancellationToken, neverCancelled } from '../../protocol/cancellation';
import type { Message } from '../../protocol/messages';
import type { Model } from './model';
import { type PassName, passNames } from './pass';
import { passes } from './passes';
import { fingerprints, type Manifest, publishFolder, readPrepared } from './preparedFolder';
import type { TensorSource } from './tensorBytes';
import { withModel } from './withModel';
import { copyFiles, type Progress, writeCopy } from './writeCopy';

/** Raised where a pass comes to write another graph: copies by an older version are not used any more. */
const rewriterVersion = 2;

export interface PrepareRequest {
	/** The model file. */
	readonly file: string;
	/** Of the model file, 64 hex digits. */
	readonly sha256: string;
	/** Where rewritten copies are kept; it may be deleted at any time that no model is in use. */
	readonly folder: string;
	/** Which passes to try, in any order. */
	readonly passes: readonly PassName[];
}

/** A model file to open, and what may be asked of it. */
export interface Prepared {
	/** The rewritten copy, or the file itself where no pass applies. */
	readonly file: string;
	/** The pass was asked for, and the graph takes `num_logits_to_keep`. */
	readonly lastRows: boolean;
	/** The pass was asked for, and the graph takes `attention_bias`. */
	readonly treeAttention: boolean;
	/** The pass was asked for, and packed weights are written out as float32. */
	readonly floatWeights: boolean;
	/** Why passes that were asked for do not apply. */
	readonly notes: readonly Message[];
}

/**
 * Rewrites a model for scoring and keeps the copy: `<folder>/<hash>-<passes>-<version>/model.onnx`. One that is there and
 * whole is used again; a damaged one is made anew. Progress is in bytes written.
 * @throws Failure where the model cannot be read or the copy not be written; Cancelled within a second of being so.
 */
export async function prepareGraph(
	request: PrepareRequest,
	token: CancellationToken = neverCancelled,
	progress: Progress = () => {},
): Promise<Prepared> {
	const { file, sha256, folder } = request;
	const wanted = passNames.filter(name => request.passes.includes(name));
	const copyBy = (version: number) => path.join(folder, `${sha256.slice(0, 16)}-${wanted.join('+')}-${version}`);
	const target = copyBy(rewriterVersion);
	const kept = await readPrepared(target, path.dirname(file), token);
	if (kept) {
		return preparedFrom(path.join(target, copyFiles.model), kept);
	}
	return withModel(file, token, async (model, source) => {
		const rewritten = applyPasses(model, wanted);
		if (rewritten.model === model) {
			return preparedFrom(file, rewritten);
		}
		const make = (temporary: string) => makeCopy({ file, source }, rewritten, temporary, progress);
		const isWhole = async () => (await readPrepared(target, path.dirname(file), token)) !== null;
		await publishFolder(target, make, isWhole);
		await removeCopies(Array.from({ length: rewriterVersion - 1 }, (_, i) => copyBy(i + 1)));
		return preparedFrom(path.join(target, copyFiles.model), rewritten);
	});
}

/** Of older versions, as large as the model; one that another process still has open may stay. */
async function removeCopies(folders: readonly string[]): Promise<void> {
	await Promise.allSettled(folders.map(folder => rm(folder, { recursive: true, force: true })));
}

interface Rewritten extends Pick<Manifest, 'applied' | 'notes'> {
	readonly model: Model;
}

function applyPasses(original: Model, wanted: readonly PassName[]): Rewritten {
	const applied = { lastRows: false, attentionBias: false, floatWeights: false, squares: false };
	const notes: Message[] = [];
	let model = original;
	for (const name of wanted) {
		const outcome = passes[name](model);
		if (outcome.kind === 'not-applicable') {
			notes.push(outcome.reason);
		} else {
			applied[name] = true;
			model = outcome.kind === 'applied' ? outcome.model : model;
		}
	}
	return { model, applied, notes };
}

async function makeCopy(
	from: TensorSource,
	{ model, applied, notes }: Rewritten,
	temporary: string,
	progress: Progress,
): Promise<Manifest> {
	const { token } = from.source;
	const { files, sources } = await writeCopy(from, model, temporary, progress);
	return {
		format: 1,
		files: await fingerprints(temporary, files, token),
		sources: await fingerprints(path.dirname(from.file), sources, token),
		applied,
		notes,
	};
}

function preparedFrom(file: string, { applied, notes }: Pick<Manifest, 'applied' | 'notes'>): Prepared {
	return {
		file,
		lastRows: applied.lastRows,
		treeAttention: applied.attentionBias,
		floatWeights: applied.floatWeights,
		notes,
	};
}
