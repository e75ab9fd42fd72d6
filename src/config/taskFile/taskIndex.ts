import { groupList } from './groupShape';
import type { PlacedFields, TaskLoader } from './taskLoader';

/** What the names in a group's `task` list may stand for. */
export interface TaskIndex {
	/** Paths by the name of the task or group. */
	readonly tasks: ReadonlyMap<string, string>;
	readonly groups: ReadonlyMap<string, string>;
	/** Names of tasks by tag, and by the old string form of `group`; sorted, as lm-evaluation-harness runs them. */
	readonly tags: ReadonlyMap<string, readonly string[]>;
}

/** All tasks of a folder and those below it; of two with one name the first in the order of paths counts. */
export async function indexTasks(folder: string, loader: TaskLoader): Promise<TaskIndex> {
	const paths = [...((await loader.files.list?.(folder)) ?? [])].filter(path => !/\.eval\.ya?ml$/i.test(path)).sort();
	const tasks = new Map<string, string>();
	const groups = new Map<string, string>();
	const tagged = new Map<string, Set<string>>();
	const loaded = await Promise.all(paths.map(path => loader.load(path)));
	for (const [i, path] of paths.entries()) {
		const fields: PlacedFields = loaded[i]?.fields ?? new Map();
		const task = fields.get('task')?.value;
		const group = fields.get('group')?.value;
		if (typeof task === 'string' && !groupList(fields)) {
			if (tasks.has(task)) {
				continue;
			}
			tasks.set(task, path);
			for (const tag of [...namesIn(fields.get('tag')?.value), ...namesIn(group)]) {
				tagged.set(tag, (tagged.get(tag) ?? new Set()).add(task));
			}
		} else if (typeof group === 'string' && !groups.has(group)) {
			groups.set(group, path);
		}
	}
	return { tasks, groups, tags: new Map([...tagged].map(([tag, names]) => [tag, [...names].sort()])) };
}

function namesIn(value: unknown): readonly string[] {
	return [value].flat().filter(name => typeof name === 'string');
}
