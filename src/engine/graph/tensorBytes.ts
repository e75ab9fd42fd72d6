import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { inputFailure } from '../../protocol/failure';
import type { LoadedMatrix } from './dequantise';
import { elementTypes, type QuantisedMatrix, type ReadTensor, type TensorContent } from './model';
import { tensorFields } from './readModel';
import { readWhole, type SourceFile } from './sourceFile';
import { BrokenModel, decoding, inMemory } from './wireFormat';

/** Where the numbers of a model's tensors come from. */
export interface TensorSource {
	/** The model file's path. */
	readonly file: string;
	readonly source: SourceFile;
}

/** Loads the numbers of a quantised matrix. @throws BrokenModel where one of its tensors is not as large as it says. */
export async function loadMatrix(from: TensorSource, matrix: QuantisedMatrix): Promise<LoadedMatrix> {
	const { zeroPoints, offsets } = matrix;
	const zeros = zeroPoints && (await tensorBytes(from, zeroPoints));
	return {
		...matrix,
		weights: await tensorBytes(from, matrix.weights),
		scales: floats(await tensorBytes(from, matrix.scales)),
		zeroPoints: zeros && zeroPoints?.elementType === elementTypes.float32 ? floats(zeros) : zeros,
		offsets: offsets && { values: floats(await tensorBytes(from, offsets.tensor)), block: offsets.block },
	};
}

/** A view: ONNX is little-endian, and so is every platform that ONNX Runtime is built for. */
function floats(bytes: Uint8Array): Float32Array {
	return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** The numbers of a tensor of float32 or uint8, at the start of a buffer of their own. */
async function tensorBytes(from: TensorSource, tensor: ReadTensor): Promise<Uint8Array> {
	const count = tensor.dims.reduce((a, b) => a * b, 1);
	const size = count * (tensor.elementType === elementTypes.float32 ? 4 : 1);
	const wrong = () => new BrokenModel(`the weights “${tensor.name}” are not as large as their shape says`);
	const { content } = tensor;
	switch (content.kind) {
		case 'raw':
			if (content.bytes.length !== size) {
				throw wrong();
			}
			return from.source.read(content.bytes);
		case 'external':
			if (content.length !== null && content.length !== size) {
				throw wrong();
			}
			return externalBytes(from, content, size);
		case 'numbers': {
			const bytes = await numbers(from, content, tensor.elementType, count);
			if (bytes.length !== size) {
				throw wrong();
			}
			return bytes;
		}
	}
}

/** float_data (packed or one by one), or uint8 values in int32_data. */
async function numbers(
	{ source }: TensorSource,
	{ fields }: TensorContent & { kind: 'numbers' },
	elementType: number,
	count: number,
): Promise<Uint8Array> {
	const float = elementType === elementTypes.float32;
	const wanted = fields.filter(({ number }) => number === (float ? tensorFields.floats : tensorFields.int32s));
	// A byte of the file gives at most one number: the shape alone must not decide how much memory is taken.
	if (count > wanted.reduce((sum, { value }) => sum + value.length, 0)) {
		return new Uint8Array();
	}
	const target = float ? new Float32Array(count) : new Uint8Array(count);
	let at = 0;
	for (const field of wanted) {
		const bytes = 'offset' in field.value ? await source.read(field.value) : inMemory(field);
		decoding(() => {
			const reader = new BinaryReader(bytes);
			while (reader.pos < reader.len) {
				target[at++] = float ? reader.float() : reader.int32();
			}
		});
	}
	return at === count ? new Uint8Array(target.buffer) : new Uint8Array();
}

async function externalBytes(
	{ file, source }: TensorSource,
	{ location, offset }: TensorContent & { kind: 'external' },
	size: number,
): Promise<Uint8Array> {
	const handle = await openExternal(file, location);
	try {
		// The shape alone must not decide how much memory is taken.
		if (offset + size > (await handle.stat()).size) {
			throw new BrokenModel(`its weights in ${location} end before they should`);
		}
		const target = new Uint8Array(size);
		await readWhole(handle, target, offset, source.token);
		return target;
	} finally {
		await handle.close();
	}
}

async function openExternal(file: string, location: string): Promise<FileHandle> {
	const external = externalFile(file, location);
	try {
		return await open(external, 'r');
	} catch (error) {
		throw missingExternal(file, location, error);
	}
}

/** A model's file of weights as a path. @throws Failure where it is not inside of the model's folder. */
export function externalFile(file: string, location: string): string {
	const outside =
		location === '' ||
		path.isAbsolute(location) ||
		/^[a-z]:|[\0]/i.test(location) ||
		location.split(/[\\/]/).includes('..');
	if (outside) {
		throw inputFailure('graph.external-outside', { file, location });
	}
	return path.join(path.dirname(file), location);
}

export function missingExternal(file: string, location: string, error: unknown): unknown {
	// Node's file system throws errors that carry a code; a cancellation has none.
	const code = (error as NodeJS.ErrnoException).code;
	return code === undefined ? error : inputFailure('graph.external-missing', { file, location, code }, error);
}
