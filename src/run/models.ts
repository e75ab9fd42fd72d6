import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Device, ModelSpec } from '../config/resolved';
import { readDecoderConfig } from '../engine/decoderConfig';
import { fileSha256 } from '../engine/fileHash';
import { findModel, type ModelFolder, modelPath } from '../engine/modelFolder';
import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import type { Reader } from '../task/multipleChoice';
import { loadTokenizer } from '../tokenizer/loadTokenizer';

/** A model that runs on this computer, as far as it is known before an engine is started. */
export interface LocalModel extends Reader {
	readonly folder: string;
	readonly dtype: string;
	readonly device: Device;
	readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

/** Finds the models' files and loads their tokenizers. Relative paths count from `folder`. */
export async function openModels(
	specs: readonly ModelSpec[],
	folder: string,
	token: CancellationToken,
): Promise<LocalModel[]> {
	const models: LocalModel[] = [];
	for (const spec of specs) {
		if (models.some(model => model.name === spec.name)) {
			throw inputFailure('run.model-twice', { model: spec.name });
		}
		const reader = await openReader(spec, folder, token);
		const hash = async (name: string) => ({
			path: name,
			sha256: await fileSha256(path.join(reader.found.folder, name), token),
		});
		const { found, ...model } = reader;
		models.push({
			...model,
			folder: found.folder,
			dtype: found.dtype,
			device: spec.device,
			files: await Promise.all(found.weights.map(hash)),
		});
	}
	return models;
}

/** A model as far as prompts are concerned: its weights are found, not read. */
export async function openReader(
	spec: ModelSpec,
	folder: string,
	token: CancellationToken,
): Promise<Reader & { readonly found: ModelFolder }> {
	const found = await findModel(modelPath(localSource(spec.source, folder), folder), spec.dtype);
	const { window } = await readDecoderConfig(found.folder);
	return { name: spec.name, window, tokenizer: await loadTokenizer(found.folder, token), found };
}

/** `models/small` may be an id or a path: a folder of that name settles it. */
function localSource(source: ModelSpec['source'], folder: string): ModelSpec['source'] {
	return 'id' in source && existsSync(path.resolve(folder, source.id)) ? { path: source.id } : source;
}
