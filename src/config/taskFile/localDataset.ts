import { type Message, message } from '../../protocol/messages';
import { found } from '../findings';
import type { FieldPath } from '../problem';
import type { EvaluationFile } from '../schema';
import { folderOf, pathFrom } from './taskFiles';
import type { TaskFile } from './taskSchema';

/** The loaders of the datasets library for local files. */
const fileLoaders: ReadonlySet<string> = new Set(['json', 'csv', 'parquet']);

interface Place {
	/** The file that `dataset_kwargs` stands in. */
	readonly kwargsFile: string;
	/** Of the splits, those that are read. */
	readonly splits: readonly (string | undefined)[];
	/** Tells of a problem in `dataset_kwargs`. */
	readonly fail: (sentence: Message, path: FieldPath) => void;
}

/** The dataset of a task, its paths counting from the evaluation's folder. */
export function localDataset(
	task: TaskFile,
	file: string,
	{ kwargsFile, splits, fail }: Place,
): Pick<EvaluationFile, 'dataset_path' | 'revision'> {
	const kwargs = task.dataset_kwargs ?? new Map<string, unknown>();
	const path = task.dataset_path ?? '';
	const isLoader = fileLoaders.has(path);
	for (const [name, value] of kwargs) {
		const isKnown = name === 'trust_remote_code' || name === 'revision' || (isLoader && name === 'data_files');
		if (!isKnown && value !== null) {
			const field = `dataset_kwargs.${name}`;
			fail(message('config.task-not-run-value', { field, value: found(value) }), [name]);
		}
	}
	const revision = kwargs.get('revision');
	const pinned = typeof revision === 'string' ? { revision } : {};
	if (!isLoader) {
		return task.dataset_path === undefined
			? pinned
			: { dataset_path: isLocal(path) ? pathFrom(folderOf(file), path) : path, ...pinned };
	}
	const data = dataPath(kwargs.get('data_files'), new Set(splits.filter(split => split !== undefined)));
	if (data === null) {
		fail(message('config.task-data-files', {}), ['data_files']);
		return pinned;
	}
	return { dataset_path: pathFrom(folderOf(kwargsFile), data), ...pinned };
}

/** Whether the dataset has no configs, being no repository. */
export function isLocalDataset({ dataset_path = '' }: TaskFile): boolean {
	return fileLoaders.has(dataset_path) || isLocal(dataset_path);
}

/** As the evaluation's own `dataset_path` is told from an id of the Hub, but that a bare name is one. */
function isLocal(path: string): boolean {
	return /^([./~]|[A-Za-z]:[\\/])/.test(path) || /\.(parquet|jsonl?|csv)$/i.test(path) || path.split('/').length > 2;
}

/**
 * The folder of files that are called as their splits, even where one of them is read: others may be asked for. Else one
 * file. Null for anything else.
 */
function dataPath(files: unknown, splits: ReadonlySet<string>): string | null {
	const single = oneText(files);
	if (single !== null) {
		return isRemote(single) ? null : single;
	}
	if (!(files instanceof Map)) {
		return null;
	}
	const used = [...files].filter(([split]) => splits.has(String(split)));
	const paths = used.map(([, value]) => oneText(value));
	const [first] = paths;
	if (
		first === undefined ||
		first === null ||
		used.length < splits.size ||
		paths.some(p => p === null || isRemote(p))
	) {
		return null;
	}
	const isNamed = ([split, value]: readonly [unknown, unknown]) => {
		const path = oneText(value) ?? '';
		const base = path.slice(folderOf(path).length);
		return folderOf(path) === folderOf(first) && base.replace(/\.(parquet|jsonl?|csv)$/i, '') === String(split);
	};
	if (used.every(isNamed) && [...files].filter(isNamed).length > 1) {
		return folderOf(first).replace(/\/$/, '') || '.';
	}
	return used.length === 1 ? first : null;
}

function oneText(value: unknown): string | null {
	const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
	return typeof one === 'string' ? one : null;
}

function isRemote(path: string): boolean {
	return /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
}
