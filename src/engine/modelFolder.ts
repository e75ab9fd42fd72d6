import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSpec } from '../config/resolved';
import { inputFailure } from '../protocol/failure';

/** Names by which Hugging Face's ONNX exports tell what their weights are. */
const suffixes = {
	fp32: '',
	fp16: '_fp16',
	q4: '_q4',
	int8: '_int8',
	q8: '_quantized',
	uint8: '_uint8',
	q4f16: '_q4f16',
	bnb4: '_bnb4',
} as const satisfies Record<string, string>;

type Dtype = keyof typeof suffixes;

/** In the order in which they are chosen where nobody asks: fp32 first, since it is what others' numbers are made with. */
// The object's own literal keys.
const dtypes = Object.keys(suffixes) as Dtype[];

/** Older exports of Optimum join the branches with and without a cache under the second name. */
const stems = ['model', 'decoder_model_merged'];

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
 * The folder of a model as an evaluation names it, absolute.
 * @param base Folder that relative paths count from.
 */
export function modelPath(source: ModelSpec['source'], base: string): string {
	if ('id' in source) {
		throw inputFailure('engine.hub-later', { model: source.id });
	}
	return path.resolve(base, source.path);
}

/**
 * Finds the ONNX file in a model folder: in `onnx/`, then in the folder itself, by the names of Hugging Face's exports.
 * @param dtype One of fp32, fp16, q4, int8, q8, uint8, q4f16, bnb4; null: the first of these that there is.
 * @throws Failure where folder, file or tokenizer are missing, saying what is there instead.
 */
export async function findModel(folder: string, dtype: string | null): Promise<ModelFolder> {
	if (dtype !== null && !isDtype(dtype)) {
		throw inputFailure('engine.unknown-dtype', { dtype, known: dtypes.join(', ') });
	}
	const names = await filesOf(folder);
	const present = dtypes.flatMap(name => {
		const file = names.find(file => fileNames(name).includes(file));
		return file === undefined ? [] : [{ dtype: name, file }];
	});
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
	return { folder, ...chosen, weights: names.filter(name => isPartOf(chosen.file, name)) };
}

function isDtype(name: string): name is Dtype {
	return Object.hasOwn(suffixes, name);
}

function fileNames(dtype: Dtype): string[] {
	return stems.flatMap(stem => [`onnx/${stem}${suffixes[dtype]}.onnx`, `${stem}${suffixes[dtype]}.onnx`]);
}

/** External data is named after its file: model.onnx_data, model.onnx_data_1, model.onnx.data. */
function isPartOf(file: string, name: string): boolean {
	return name === file || name.startsWith(`${file}_data`) || name.startsWith(`${file}.data`);
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
