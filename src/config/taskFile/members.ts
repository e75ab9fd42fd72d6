import { type Message, message } from '../../protocol/messages';
import { closest } from '../closest';
import { codeList } from '../findings';
import type { Problem } from '../problem';
import { groupFields, groupList, taskOnly } from './groupShape';
import { folderOf } from './taskFiles';
import { indexTasks, type TaskIndex } from './taskIndex';
import { addFields, type LoadedTask, type Placed, type PlacedFields, problemAt, type TaskLoader } from './taskLoader';

/** One task, alone or of a group, with all that its group says of it. */
export interface Member {
	readonly name: string;
	readonly fields: PlacedFields;
}

export interface Members {
	readonly members: readonly Member[];
	readonly problems: readonly Problem[];
}

/** The tasks of a file: itself, or those of its group, of the groups in it, and of the tags it names. */
export async function membersOf(loaded: LoadedTask, loader: TaskLoader): Promise<Members> {
	const problems: Problem[] = [];
	let index: Promise<TaskIndex> | undefined;
	const indexOf = () => (index ??= indexTasks(folderOf(loaded.yaml.path), loader));

	const open = async (path: string): Promise<LoadedTask | null> => {
		const found = await loader.load(path);
		problems.push(...(found?.problems ?? []));
		return found;
	};

	const expand = async (fields: PlacedFields, over: PlacedFields, within: readonly string[]): Promise<Member[]> => {
		const list = groupList(fields);
		if (!list) {
			const name = fields.get('task')?.value;
			return [{ name: typeof name === 'string' ? name : '', fields: new Map([...fields, ...over]) }];
		}
		const own = new Map([...[...fields].filter(([name]) => !groupFields.has(name)), ...over]);
		const members: Member[] = [];
		for (const item of list) {
			members.push(...(await expandItem(item, own, within)));
		}
		return members;
	};

	const expandItem = async (item: Placed, over: PlacedFields, within: readonly string[]): Promise<Member[]> => {
		const { value, yaml, path } = item;
		const fail = (sentence: Message): Member[] => {
			problems.push(problemAt(item, sentence));
			return [];
		};
		if (typeof value === 'string') {
			return expandName(value, item, over, within);
		}
		if (!(value instanceof Map)) {
			return fail(message('config.task-member', {}));
		}
		const inline = new Map<string, Placed>();
		addFields(inline, value, yaml, path);
		const task = value.get('task');
		if (Array.isArray(task)) {
			return expand(inline, over, within);
		}
		const name = task ?? value.get('group');
		if (typeof name !== 'string') {
			return fail(message('config.task-member', {}));
		}
		const { tasks, groups, tags } = await indexOf();
		if (tasks.has(name) || groups.has(name) || tags.has(name)) {
			const overrides = new Map([...over, ...inline]);
			overrides.delete('task');
			overrides.delete('group');
			return expandName(name, item, overrides, within);
		}
		return taskOnly.some(field => value.has(field))
			? [{ name, fields: new Map([...over, ...inline]) }]
			: expandName(name, item, over, within);
	};

	const expandName = async (
		name: string,
		place: Placed,
		over: PlacedFields,
		within: readonly string[],
	): Promise<Member[]> => {
		const { tasks, groups, tags } = await indexOf();
		if (within.includes(name)) {
			problems.push(problemAt(place, message('config.task-group-cycle', { chain: [...within, name].join(' → ') })));
			return [];
		}
		const path = tasks.get(name) ?? groups.get(name);
		if (path !== undefined) {
			const found = await open(path);
			return found ? expand(found.fields, over, [...within, name]) : [];
		}
		const tagged = tags.get(name);
		if (!tagged) {
			problems.push(problemAt(place, unknownMember(name, folderOf(loaded.yaml.path), { tasks, groups, tags })));
			return [];
		}
		const members: Member[] = [];
		for (const task of tagged) {
			members.push(...(await expandName(task, place, over, [...within, name])));
		}
		return members;
	};

	const name = loaded.fields.get('group')?.value;
	const members = await expand(loaded.fields, new Map(), typeof name === 'string' ? [name] : []);
	if (members.length === 0 && problems.length === 0) {
		const place = loaded.fields.get('task') ?? { yaml: loaded.yaml, path: [] };
		problems.push(problemAt(place, message('config.task-empty-group', {})));
	}
	return { members, problems: unique(problems) };
}

function unknownMember(name: string, folder: string, { tasks, groups, tags }: TaskIndex): Message {
	const suggestion = closest(name, [...tasks.keys(), ...groups.keys(), ...tags.keys()]);
	const where = folder === '' ? './' : folder;
	return suggestion === null
		? message('config.task-unknown-member', { name, folder: where })
		: message('config.task-unknown-member-closest', { name, folder: where, suggestion: codeList([suggestion]) });
}

/** A file that several names lead to is told of once. */
function unique(problems: readonly Problem[]): Problem[] {
	return [...new Map(problems.map(problem => [JSON.stringify(problem), problem])).values()];
}
