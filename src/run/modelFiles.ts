import path from 'node:path';
import { fileStamp } from '../engine/fileHash';
import { runFailure } from '../protocol/failure';
import type { LocalModel } from './models';

/**
 * Refuses a model whose files are others than those that were hashed when the run began: what stands in run.json would not
 * be what computed the numbers.
 * @throws Failure naming the file.
 */
export async function refuseReplaced({ name, folder, files }: LocalModel): Promise<void> {
	for (const { path: file, stamp } of files) {
		if ((await fileStamp(path.join(folder, file))) !== stamp) {
			throw runFailure('run.model-replaced', { model: name, file: path.join(folder, file) });
		}
	}
}
