import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { onnxDtypes } from '../../../config/onnxFiles';
import { findModel } from '../../../engine/modelFolder';
import type { ModelKnowledge } from './knowledge';

const mostPaths = 200;

/** Files and folders that begin with what is typed, relative to a folder; folders end with a slash. Hidden ones only if asked. */
export async function localPaths(typed: string, folder: string): Promise<readonly string[]> {
	const slash = typed.lastIndexOf('/') + 1;
	const [parent, start] = [typed.slice(0, slash), typed.slice(slash)];
	const entries = await readdir(path.resolve(folder, parent), { withFileTypes: true });
	return entries
		.filter(({ name }) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
		.slice(0, mostPaths)
		.map(entry => `${parent}${entry.name}${entry.isDirectory() ? '/' : ''}`);
}

/** The ONNX files of a model folder; null where it is none. */
export async function readLocalModel(name: string, folder: string): Promise<ModelKnowledge | null> {
	const full = path.resolve(folder, name);
	const onnx: { readonly dtype: string; readonly size: null }[] = [];
	for (const dtype of onnxDtypes) {
		const found = await findModel(full, dtype).catch(() => null);
		if (found) {
			onnx.push({ dtype, size: null });
		}
	}
	return onnx.length > 0 ? { isLocal: true, onnx, info: null } : null;
}
