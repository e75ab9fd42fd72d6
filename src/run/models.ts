import path from 'node:path';
import type { Device, ModelSpec } from '../config/resolved';
import { openModelFolder } from '../engine/modelFolder';
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
		const source = 'path' in spec.source ? spec.source.path : spec.source.id;
		const found = await openModelFolder(path.resolve(folder, source), { dtype: spec.dtype, written: spec.name }, token);
		models.push({
			name: spec.name,
			folder: found.folder,
			dtype: found.dtype,
			device: spec.device,
			window: found.window,
			files: found.files,
			tokenizer: await loadTokenizer(found.folder),
		});
	}
	return models;
}
