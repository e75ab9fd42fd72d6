import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isOnnxDtype, onnxDtypes, onnxFiles } from '../config/onnxFiles';
import { inputFailure } from '../protocol/failure';

/** An ONNX model on disk. */
export interface ModelFolder {
	readonly folder: string;
	/** Of the ONNX file, relative to the folder, with forward slashes. */
	readonly file: string;
	/** The ONNX file and its external data, likewise. */
	readonly weights: readonly string[];
	readonly dtype: string;
}

/**
 * Finds the ONNX file in a model folder: in `onnx/`, then in the folder itself, by the names of Hugging Face's exports.
 * @param dtype One of config/onnxFiles.ts; null: the first of these that there is.
 * @throws Failure where folder, file or tokenizer are missing, saying what is there instead.
 */
export async function findModel(folder: string, dtype: string | null): Promise<ModelFolder> {
	if (dtype !== null && !isOnnxDtype(dtype)) {
		throw inputFailure('engine.unknown-dtype', { dtype, known: onnxDtypes.join(', ') });
	}
	const names = await filesOf(folder);
	const present = onnxFiles(names);
	const found = names.slice(0, 12).join(', ') || '–';
	if (present.length === 0) {
		throw inputFailure('engine.no-onnx', { folder, found });
	}
	const chosen = dtype === null ? present[0] : present.find(entry => entry.dtype === dtype);
	if (!chosen) {
		throw inputFailure('engine.no-dtype', {
			folder,
			dtype: dtype ?? '',
			present: present.map(entry => entry.dtype).join(', '),
		});
	}
	if (!names.includes('tokenizer.json')) {
		throw inputFailure('tokenizer.missing', { folder, found });
	}
	return { folder, ...chosen };
}

/** Files of the folder, then those of its `onnx/`; forward slashes, sorted. */
async function filesOf(folder: string): Promise<string[]> {
	const own = await listing(folder);
	if (!own) {
		throw inputFailure('engine.folder-missing', { folder });
	}
	const onnx = (await listing(path.join(folder, 'onnx'))) ?? [];
	return [...own.filter(name => name !== 'onnx'), ...onnx.map(name => `onnx/${name}`)];
}

/** Null where there is no such folder. */
async function listing(folder: string): Promise<string[] | null> {
	try {
		return (await readdir(folder)).sort();
	} catch (error) {
		// Node's file system throws errors that carry a code.
		const code = (error as NodeJS.ErrnoException).code ?? '';
		if (code === 'ENOENT' || code === 'ENOTDIR') {
			return null;
		}
		throw inputFailure('engine.not-readable', { file: folder, code }, error);
	}
}
