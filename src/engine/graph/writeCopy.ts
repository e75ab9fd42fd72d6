import { type FileHandle, link, mkdir, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { type CancellationToken, throwIfCancelled } from '../../protocol/cancellation';
import { dequantiseBlocks } from './dequantise';
import { encodeModel, layOut, type MadeLayout, madeBytes } from './encodeModel';
import { guardCopy, needRoom } from './guardCopy';
import { isMade, locationsOf, type MadeTensor, type Model } from './model';
import { externalFile, loadMatrix, missingExternal, type TensorSource } from './tensorBytes';
import { isRange, type Pieces, sizeOf } from './wireFormat';
import { everyNode } from './wiring';

/** Bytes done of all that are to be written. */
export type Progress = (done: number, total: number) => void;

/** The names of the files in a prepared folder. */
export const copyFiles = { model: 'model.onnx', weights: 'eval-lens-weights.bin' } as const;

/** Written between two flushes, so that one does not take seconds in which nothing can be cancelled. */
const flushEvery = 1 << 26;

/** Memory for values that are being made or copied. */
const bandBytes = 1 << 24;

/** What a copy is made of. */
export interface WrittenCopy {
	/** The files in its folder. */
	readonly files: readonly string[];
	/** Files of weights in the original model's folder that it was made of, besides the model file. */
	readonly sources: readonly string[];
}

/**
 * Writes a model into a folder: the graph, the weights that were made for it, and what it keeps in other files, which are
 * linked where the disk allows it.
 */
export async function writeCopy(
	from: TensorSource,
	model: Model,
	folder: string,
	progress: Progress,
): Promise<WrittenCopy> {
	const { initializers, nodes } = model.graph;
	const layout = layOut(initializers, copyFiles.weights);
	const pieces = encodeModel(model, layout);
	const total = sizeOf(pieces) + layout.bytes;
	await needRoom(folder, total);
	let done = 0;
	const writer = (name: string) =>
		fileWriter(path.join(folder, name), from.source.token, bytes => {
			done += bytes;
			progress(done, total);
		});
	const inner = [...everyNode(nodes)].flatMap(node => node.inner.flatMap(({ locations }) => locations));
	const linked = new Set([...locationsOf(initializers), ...inner]);
	await bringExternal(from, linked, folder);
	if (layout.bytes > 0) {
		await writer(copyFiles.weights)(write => writeWeights(from, model, layout, write));
	}
	await writer(copyFiles.model)(write => writePieces(from, pieces, write));
	return {
		files: [copyFiles.model, ...(layout.bytes > 0 ? [copyFiles.weights] : []), ...linked],
		sources: [...new Set([...linked, ...initializers.filter(isMade).flatMap(madeOf)])],
	};
}

/** Files that made weights were made of. */
function madeOf({ made: { weights, scales, zeroPoints, offsets } }: MadeTensor): string[] {
	return locationsOf([weights, scales, ...(zeroPoints ? [zeroPoints] : []), ...(offsets ? [offsets.tensor] : [])]);
}

type Write = (bytes: Uint8Array) => Promise<void>;

/** Opens a file for as long as `work` writes to it, and puts it on the disk. */
function fileWriter(file: string, token: CancellationToken, written: (bytes: number) => void) {
	return async (work: (write: Write) => Promise<void>): Promise<void> => {
		const handle = await guardCopy(file, () => open(file, 'wx'));
		try {
			let unflushed = 0;
			await work(async bytes => {
				throwIfCancelled(token);
				await guardCopy(file, () => writeAll(handle, bytes));
				written(bytes.length);
				unflushed += bytes.length;
				if (unflushed >= flushEvery) {
					await guardCopy(file, () => handle.datasync());
					unflushed = 0;
				}
			});
			await guardCopy(file, () => handle.sync());
		} finally {
			await handle.close();
		}
	};
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const { bytesWritten } = await handle.write(bytes, done, bytes.length - done);
		done += bytesWritten;
	}
}

async function writePieces({ source }: TensorSource, pieces: Pieces, write: Write): Promise<void> {
	const buffer = new Uint8Array(
		Math.min(bandBytes, Math.max(0, ...pieces.filter(isRange).map(({ length }) => length))),
	);
	for (const piece of pieces) {
		if (!isRange(piece)) {
			await write(piece);
			continue;
		}
		for (let done = 0; done < piece.length; ) {
			const part = buffer.subarray(0, Math.min(buffer.length, piece.length - done));
			await source.readInto(part, piece.offset + done);
			await write(part);
			done += part.length;
		}
	}
}

/** Computes the weights band by band, a few rows of a matrix at a time. */
async function writeWeights(from: TensorSource, { graph }: Model, layout: MadeLayout, write: Write): Promise<void> {
	let at = 0;
	for (const tensor of graph.initializers.filter(isMade)) {
		const start = layout.offsets.get(tensor) ?? 0;
		await write(new Uint8Array(start - at));
		const matrix = await loadMatrix(from, tensor.made);
		const { k, n, block } = matrix;
		const blocks = Math.ceil(k / block);
		const atATime = Math.max(1, Math.floor(bandBytes / (4 * n * block)));
		const band = new Float32Array(Math.min(k, atATime * block) * n);
		for (let b = 0; b < blocks; b += atATime) {
			const to = Math.min(blocks, b + atATime);
			dequantiseBlocks(matrix, b, to, band);
			const rows = Math.min(k, to * block) - b * block;
			await write(new Uint8Array(band.buffer, 0, 4 * rows * n));
		}
		at = start + madeBytes(tensor);
	}
}

/** Puts the files of weights that the graph goes on using beside it, where ONNX Runtime looks for them. */
async function bringExternal(
	{ file, source }: TensorSource,
	locations: ReadonlySet<string>,
	folder: string,
): Promise<void> {
	for (const location of locations) {
		throwIfCancelled(source.token);
		const original = externalFile(file, location);
		const bytes = await stat(original).then(
			({ size }) => size,
			error => {
				throw missingExternal(file, location, error);
			},
		);
		const target = path.join(folder, location);
		await guardCopy(target, async () => {
			await mkdir(path.dirname(target), { recursive: true });
			await linkOrCopy(await realpath(original), target, bytes, source.token);
		});
	}
}

/** A hard link: ONNX Runtime follows no symbolic link out of the model's folder. */
async function linkOrCopy(original: string, target: string, bytes: number, token: CancellationToken): Promise<void> {
	try {
		await link(original, target);
	} catch {
		// Another disk, or a file system without links.
		await needRoom(path.dirname(target), bytes);
		await copyInParts(original, target, token);
	}
}

async function copyInParts(original: string, target: string, token: CancellationToken): Promise<void> {
	const input = await open(original, 'r');
	try {
		const buffer = new Uint8Array(bandBytes);
		await fileWriter(target, token, () => {})(async write => {
			for (;;) {
				const { bytesRead } = await input.read(buffer, 0, buffer.length);
				if (bytesRead === 0) {
					return;
				}
				await write(buffer.subarray(0, bytesRead));
			}
		});
	} finally {
		await input.close();
	}
}
