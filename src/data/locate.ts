import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { DatasetSpec } from '../config/resolved';
import { inputFailure } from '../protocol/failure';
import { dataExtension, dataExtensions } from './readFile';

/** Finds the file of a split; fails with a sentence where there is none. */
export type SplitLocator = (split: string) => string;

const namedFiles = 20;

/**
 * Where the splits of a local dataset are: in a folder `<split>.parquet`, `.jsonl`, `.json` or `.csv`; a single file is the
 * test split.
 * @param folder Of the evaluation file: relative paths count from it.
 */
export async function locateDataset(dataset: DatasetSpec, folder: string): Promise<SplitLocator> {
	const full = resolve(folder, dataset.path);
	const found = await stat(full).catch(() => null);
	if (!found) {
		throw inputFailure('data.no-path', { path: dataset.path, full });
	}
	if (dataset.names !== null) {
		throw inputFailure('data.names-need-hub', { path: dataset.path });
	}
	if (found.isDirectory()) {
		const names = await readdir(full);
		return split => join(full, fileOfSplit(dataset.path, names, split));
	}
	if (dataExtension(full) === null) {
		throw inputFailure('data.unknown-extension', { path: dataset.path });
	}
	return split => {
		if (split !== dataset.test_split) {
			throw inputFailure('data.one-file-no-shots', { path: basename(full), split });
		}
		return full;
	};
}

function fileOfSplit(folder: string, names: readonly string[], split: string): string {
	if (names.length === 0) {
		throw inputFailure('data.empty-folder', { folder, split });
	}
	const [first, second] = dataExtensions.map(extension => `${split}${extension}`).filter(name => names.includes(name));
	if (first === undefined) {
		throw inputFailure('data.no-split', { folder, split, files: listed(names) });
	}
	if (second !== undefined) {
		throw inputFailure('data.two-files-for-split', { folder, split, first, second });
	}
	return first;
}

function listed(names: readonly string[]): string {
	const shown = names.toSorted().slice(0, namedFiles).join(', ');
	return names.length > namedFiles ? `${shown}, …` : shown;
}
