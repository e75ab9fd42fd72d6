import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Device, ModelSpec } from '../config/resolved';
import { readDecoderConfig } from '../engine/decoderConfig';
import { fileSha256 } from '../engine/fileHash';
import { findModel, modelPath } from '../engine/modelFolder';
import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { loadTokenizer } from '../tokenizer/loadTokenizer';
import type { Tokenizer } from '../tokenizer/tokenizer';

/** A model that runs on this computer, as far as it is known before an engine is started. */
export interface LocalModel {
	readonly name: string;
	readonly folder: string;
	readonly dtype: string;
	readonly device: Device;
	readonly window: number;
	readonly files: readonly { readonly path: string; readonly sha256: string }[];
	readonly tokenizer: Tokenizer;
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
		const found = await findModel(modelPath(localSource(spec.source, folder), folder), spec.dtype);
		models.push({
			name: spec.name,
			folder: found.folder,
			dtype: found.dtype,
			device: spec.device,
			window: (await readDecoderConfig(found.folder)).window,
			files: await Promise.all(
				found.weights.map(async name => ({
					path: name,
					sha256: await fileSha256(path.join(found.folder, name), token),
				})),
			),
			tokenizer: await loadTokenizer(found.folder, token),
		});
	}
	return models;
}

/** `models/small` may be an id or a path: a folder of that name settles it. */
function localSource(source: ModelSpec['source'], folder: string): ModelSpec['source'] {
	return 'id' in source && existsSync(path.resolve(folder, source.id)) ? { path: source.id } : source;
}
