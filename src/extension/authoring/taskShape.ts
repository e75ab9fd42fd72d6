import type { Column } from '../../hub/repository';
import type { Json } from '../../protocol/json';
import { columnTemplate, literalTemplate } from './templates';

export type Rows = readonly ReadonlyMap<string, Json>[];

/** How rows of a dataset can be asked as questions. */
export type TaskShape =
	/** A question, a list of choices and the right one: what the presets of MMLU read. */
	| { readonly kind: 'questions'; readonly question: string; readonly choices: string; readonly answer: string }
	/** Given answers are scored. Templates, as the fields of the same names. */
	| {
			readonly kind: 'scored';
			readonly text: string;
			readonly choices: string | readonly string[];
			readonly target: string;
			/** Column with the index or the text of the right answer, where `target` is one. */
			readonly label: string | null;
	  }
	/** The model writes the answer. */
	| { readonly kind: 'written'; readonly text: string; readonly target: string; readonly tokens: number };

/** A column, and the way into its cells. */
export type Way = readonly [column: string, ...members: (string | number)[]];

/** A template for what a way leads to. */
export const reference = ([column, ...members]: Way): string => columnTemplate(column, ...members);
/** The column's name, which fields that name columns take too; a template where that is not enough. */
export const plainColumn = (way: Way): string => (way.length === 1 && !/^\s*$/.test(way[0]) ? way[0] : reference(way));

/** Texts of one row, and the name of their class as the answer; null where the label has no classes. */
export function classification(
	texts: readonly Way[],
	label: Way,
	columns: readonly Column[],
	rows: Rows,
): TaskShape | null {
	const names = classNames(label, columns, rows);
	if (names.length < 2) {
		return null;
	}
	const heads = texts.map(([column]) => heading(column));
	const text =
		texts.length === 1 ? [`${reference(texts[0] ?? label)}`] : texts.map((way, i) => `${heads[i]}: ${reference(way)}`);
	return {
		kind: 'scored',
		text: [...text, `${heading(label[0])}:`].join('\n'),
		choices: names.map(literalTemplate),
		...labelTarget(label),
	};
}

/** `gold_label` → `Gold label`, as a template's own text. */
function heading(column: string): string {
	const words = literalTemplate(column.replace(/[\p{Cc}\s_]+/gu, ' ').trim());
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Of a ClassLabel; else the texts that stand in the first rows. */
function classNames([column, ...members]: Way, columns: readonly Column[], rows: Rows): readonly string[] {
	const known = members.length === 0 ? columns.find(({ name }) => name === column)?.classNames : null;
	if (known) {
		return known;
	}
	const cells = rows.map(row => row.get(column) ?? null);
	if (members.length > 0 || cells.length === 0 || cells.some(cell => typeof cell !== 'string' && cell !== null)) {
		return [];
	}
	const texts = [...new Set(cells.filter(cell => typeof cell === 'string' && cell !== ''))].map(String).sort();
	// As many texts as rows are no classes.
	return texts.length <= Math.max(2, cells.length / 3) ? texts : [];
}

/** A column is named as it is: its texts are then compared with the choices before they are read as numbers. */
export function labelTarget(way: Way): { readonly target: string; readonly label: string | null } {
	const isOwn = way.length === 1 && !['answer', 'doc', 'question', 'choices', 'subject'].includes(way[0]);
	return { target: isOwn ? plainColumn(way) : reference(way), label: way.length === 1 ? way[0] : null };
}

/** A question about a passage; all are templates. */
export function passageQuestion(context: string, question: string, target: string): TaskShape {
	return { kind: 'written', text: `${context}\n\nQuestion: ${question}\nAnswer:`, target, tokens: 32 };
}

/** From one column or member to another, called by their languages. */
export function translation(source: Way, target: Way): TaskShape {
	const language = (way: Way) => literalTemplate(String(way.at(-1)).replace(/[\p{Cc}\s]+/gu, ' '));
	return {
		kind: 'written',
		text: `${language(source)}: ${reference(source)}\n${language(target)}:`,
		target: reference(target),
		tokens: 128,
	};
}

/** A template for the first of the answers that a cell holds: a text, a list, `{text: […]}`, `{value: …}`. */
export function firstAnswer(way: Way, rows: Rows): string | null {
	const [column, ...members] = way;
	let cell: Json | undefined = rows[0]?.get(column);
	for (const member of members) {
		cell = isObject(cell) ? cell[member] : undefined;
	}
	if (cell === undefined) {
		// No row to look at: as SQuAD has it.
		return reference(members.length > 0 ? [column, ...members, 0] : way);
	}
	if (Array.isArray(cell)) {
		return typeof (cell[0] ?? '') === 'string' ? reference([column, ...members, 0]) : null;
	}
	if (isObject(cell)) {
		const member = ['text', 'value'].find(name => Object.hasOwn(cell, name));
		return member && members.length === 0 ? firstAnswer([column, member], rows) : null;
	}
	return typeof cell === 'string' || typeof cell === 'number' ? reference(way) : null;
}

export const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
