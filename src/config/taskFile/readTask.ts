import { message } from '../../protocol/messages';
import { ancestry, parentsOf } from '../inheritance';
import type { Problem } from '../problem';
import type { EvaluationFile } from '../schema';
import { combineMembers } from './combineMembers';
import { membersOf } from './members';
import { type TaskDefaults, taskDefaults } from './taskDefaults';
import { pathFrom, type TaskFiles } from './taskFiles';
import { createTaskLoader, type Placed } from './taskLoader';

/** A task file as an evaluation has it. */
export interface ReadTask {
	/** The evaluation's fields that the task gives. */
	readonly defaults: TaskDefaults;
	readonly places: ReadonlyMap<string, Placed>;
	/** All there are, those of fields that the evaluation writes itself left out. Null: there is no such file. */
	readonly problems: readonly Problem[] | null;
}

/**
 * Reads a task or group file of lm-evaluation-harness and the files it needs. Never throws but what `files` throws.
 * @param path From the evaluation's folder.
 * @param own The evaluation, whose own fields stand over the task's.
 */
export async function readTask(path: string, files: TaskFiles, own: Partial<EvaluationFile> = {}): Promise<ReadTask> {
	const loader = createTaskLoader(files);
	const loaded = await loader.load(pathFrom('', path));
	if (!loaded) {
		return { defaults: {}, places: new Map(), problems: null };
	}
	if (loaded.problems.some(({ severity }) => severity === 'error')) {
		return { defaults: {}, places: new Map(), problems: loaded.problems };
	}
	const { members, problems } = await membersOf(loaded, loader);
	const combined = combineMembers(members);
	const before = [...loaded.problems, ...problems, ...combined.problems];
	if (!combined.fields || before.some(({ severity }) => severity === 'error')) {
		return { defaults: {}, places: new Map(), problems: before };
	}
	const reading = taskDefaults(combined.fields, loaded.yaml, number => showsShots(own, number));
	const remaining = reading.problems.filter(({ field }) => field === null || own[field] === undefined);
	return { ...reading, problems: [...before, ...remaining.map(({ problem }) => problem)] };
}

/** The problem of an evaluation whose `task` names no file. */
export function noTaskFile(path: string) {
	return message('config.task-no-file', { path });
}

/** Whether a variant that follows the task shows shots which the task chooses. */
function showsShots(own: Partial<EvaluationFile>, ofTask: number): boolean {
	if (own.fewshot_config !== undefined) {
		return false;
	}
	const parents = parentsOf(own.variants ?? new Map());
	const names = parents.size > 0 ? [...parents.keys()] : [''];
	return names.some(name => {
		const { chain, preset } = ancestry(name, parents);
		if (preset !== null) {
			return false;
		}
		const links = chain.map(link => own.variants?.get(link)).filter(link => typeof link === 'object');
		const number = links.find(link => link.num_fewshot !== undefined)?.num_fewshot;
		const choosesItself = links.some(link => link.fewshot_config !== undefined);
		return !choosesItself && (number ?? own.num_fewshot ?? ofTask) > 0;
	});
}
