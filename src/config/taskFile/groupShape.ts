import type { Placed, PlacedFields } from './taskLoader';

/** What a group says of itself; the rest of its fields stands over its tasks' own. */
export const groupFields: ReadonlySet<string> = new Set([
	'group',
	'group_alias',
	'task',
	'task_alias',
	'tag',
	'include',
	'aggregate_metric',
	'aggregate_metric_list',
	'weight_by_size',
	'version',
	'metadata',
]);

/** Fields of which a task needs one, so that a name in `task` beside them is its own. */
export const taskOnly = ['dataset_path', 'doc_to_text', 'output_type', 'dataset_name', 'description'] as const;

/** The entries of a group's `task`; null where the file is a task itself. */
export function groupList(fields: PlacedFields): readonly Placed[] | null {
	const task = fields.get('task');
	if (!task) {
		return fields.has('group') && !taskOnly.some(field => fields.has(field)) ? [] : null;
	}
	if (Array.isArray(task.value)) {
		return task.value.map((value: unknown, i) => ({ ...task, value, path: [...task.path, i] }));
	}
	return fields.has('group') && !taskOnly.some(field => fields.has(field)) ? [task] : null;
}
