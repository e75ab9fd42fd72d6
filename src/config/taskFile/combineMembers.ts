import { message } from '../../protocol/messages';
import { codeList } from '../findings';
import type { Problem } from '../problem';
import type { Member } from './members';
import { type Placed, type PlacedFields, problemAt } from './taskLoader';
import { harmlessFields } from './taskSchema';
import { isEqual } from './taskValues';

export interface Combined {
	/** `dataset_name` is a list where there are several tasks. Null where they cannot be one evaluation. */
	readonly fields: PlacedFields | null;
	readonly problems: readonly Problem[];
}

/** In which tasks of one evaluation may differ. */
const perTask: ReadonlySet<string> = new Set([...harmlessFields, 'dataset_name', 'description']);

/**
 * Tasks that differ in the config of the dataset and in its description are one evaluation: all configs, and one
 * description that goes by the row's subject. Others are refused, the fields that differ named.
 */
export function combineMembers(members: readonly Member[]): Combined {
	const [first, ...others] = members;
	if (!first || others.length === 0) {
		return { fields: first?.fields ?? null, problems: [] };
	}
	for (const other of others) {
		const differing = differences(first, other);
		if (differing.length > 0) {
			return refuse(first, other, differing);
		}
	}
	const configs = new Map<string, Member>();
	for (const member of members) {
		const config = textOf(member, 'dataset_name');
		const same = configs.get(config);
		if (same) {
			const params = { first: same.name, second: member.name };
			return refused(member, 'dataset_name', message('config.task-members-config', params));
		}
		configs.set(config, member);
	}
	const description = descriptionOf(configs);
	const odd = others.find(member => textOf(member, 'description') !== textOf(first, 'description'));
	if (description === null && odd) {
		return refuse(first, odd, ['description']);
	}
	const fields = new Map(first.fields);
	replace(fields, 'dataset_name', [...configs.keys()]);
	replace(fields, 'description', description);
	return { fields, problems: [] };
}

function differences(a: Member, b: Member): string[] {
	return [...new Set([...a.fields.keys(), ...b.fields.keys()])]
		.filter(name => !perTask.has(name))
		.filter(name => !isEqual(a.fields.get(name)?.value, b.fields.get(name)?.value));
}

function refuse(first: Member, second: Member, fields: readonly string[]): Combined {
	const params = { first: first.name, second: second.name, fields: codeList(fields) };
	return refused(second, fields[0] ?? '', message('config.task-members-differ', params));
}

function refused(member: Member, field: string, sentence: Parameters<typeof problemAt>[1]): Combined {
	const place = member.fields.get(field) ?? [...member.fields.values()][0];
	return { fields: null, problems: place ? [problemAt(place, sentence, 'key')] : [] };
}

function replace(fields: Map<string, Placed>, name: string, value: unknown): void {
	const placed = fields.get(name);
	if (placed) {
		fields.set(name, { ...placed, value });
	}
}

/**
 * One Jinja template over `subject` for all descriptions: where they are one text with the config's name in it, the text
 * with the name replaced; else a mapping. Null where they hold Jinja of their own and differ.
 */
function descriptionOf(configs: ReadonlyMap<string, Member>): string | null {
	const descriptions = [...configs].map(([config, member]) => [config, textOf(member, 'description')] as const);
	const [first] = descriptions;
	if (!first || descriptions.every(([, text]) => text === first[1])) {
		return first?.[1] ?? null;
	}
	if (descriptions.some(([, text]) => /\{[{%#]/.test(text))) {
		return null;
	}
	const spellings = [
		{ spell: (config: string) => config.replaceAll('_', ' '), expression: '{{subject | replace("_", " ")}}' },
		{ spell: (config: string) => config, expression: '{{subject}}' },
	];
	for (const { spell, expression } of spellings) {
		const parts = first[1].split(spell(first[0]));
		if (descriptions.every(([config, text]) => parts.join(spell(config)) === text)) {
			return parts.join(expression);
		}
	}
	const entries = descriptions.map(([config, text]) => `${jinjaText(config)}: ${jinjaText(text)}`);
	return `{{ {${entries.join(', ')}}[subject] }}`;
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/** A text as a Jinja literal. */
export function jinjaText(text: string): string {
	return `"${text.replace(/[\n\r\t"\\]/g, character => escapes[character] ?? character)}"`;
}

function textOf({ fields }: Member, name: string): string {
	const value = fields.get(name)?.value;
	return typeof value === 'string' ? value : '';
}
