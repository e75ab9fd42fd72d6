import { Scalar } from 'yaml';
import { closest } from '../../../config/closest';
import { codeList } from '../../../config/findings';
import type { Problem } from '../../../config/problem';
import { type Message, message } from '../../../protocol/messages';
import type { DatasetKnowledge } from '../knowledge/knowledge';
import { type Analysis, textAt } from './analysis';
import type { Fix, Found, TextEdit } from './edits';
import { namesUsed } from './jinjaNames';
import { jinjaFaults } from './jinjaProblems';
import { scanJinja } from './jinjaScan';
import { isColumnName, type Template } from './templates';

/** Names that templates have whatever the columns are called, with what they are. */
export const ownNames = {
	question: 'The question, from the column that `columns.question` names.',
	choices: 'The list of choices, from the column that `columns.choices` names.',
	answer: 'The right choice as the data has it: an index, a letter or the text.',
	subject: 'The subject of the row, empty where there is none.',
	doc: 'The whole row, for columns whose names are no words: `doc["my column"]`.',
} as const;

/** Everything wrong in the templates of a file; columns as far as the dataset is known. */
export function templateProblems(analysis: Analysis, dataset: DatasetKnowledge | null): readonly Found[] {
	return analysis.templates.flatMap(template => [
		...syntax(analysis, template),
		...(dataset && dataset.columns.length > 0 ? unknownNames(analysis, template, dataset) : []),
		...edges(analysis, template),
	]);
}

function syntax(analysis: Analysis, template: Template): readonly Found[] {
	return jinjaFaults(template.text).map(({ message: what, start, end, replacement, appended, ended }) => {
		const fixes: Fix[] = [];
		if (replacement === '') {
			const title = message('language.fix.remove', { name: template.text.slice(start, end) });
			fixes.push({ title, edits: [edit(template, start, end, '')], isPreferred: true });
		} else if (replacement !== undefined) {
			fixes.push(change(template, start, end, replacement));
		}
		if (ended !== undefined) {
			const at = template.text.replace(/\n+$/, '').length;
			const title = message('language.fix.close', { close: ended });
			fixes.push({ title, edits: [edit(template, at, at, ended)], isPreferred: true });
		}
		if (appended !== undefined) {
			fixes.push({
				title: message('language.fix.close', { close: appended.trim() }),
				edits: [edit(template, end, end, appended)],
				isPreferred: true,
			});
		}
		return { problem: problemAt(analysis, template, 'error', what, start, end), fixes };
	});
}

function unknownNames(analysis: Analysis, template: Template, dataset: DatasetKnowledge): readonly Found[] {
	const names = [...new Set([...dataset.columns.map(({ name }) => name), ...Object.keys(ownNames)])];
	const uses = isColumnName(template)
		? [{ name: template.text, start: 0, end: template.text.length, lenient: false }]
		: namesUsed(scanJinja(template.text));
	const severity = dataset.columnsAreComplete ? 'error' : 'warning';
	return uses
		.filter(({ name, lenient }) => !lenient && !names.includes(name))
		.map(({ name, start, end }) => {
			const suggestion = closest(name, names);
			const what =
				suggestion === null
					? message('language.unknown-name', { name, dataset: dataset.path, names: codeList(names) })
					: message('language.unknown-name-closest', { name, dataset: dataset.path, suggestion });
			return {
				problem: problemAt(analysis, template, severity, what, start, end),
				fixes: suggestion === null || !/^\w+$/.test(suggestion) ? [] : [change(template, start, end, suggestion)],
			};
		});
}

/** White space where a prompt or a label ends, which no reader sees and every model does. */
function edges(analysis: Analysis, template: Template): readonly Found[] {
	const { text, field } = template;
	const delimiter = delimiterOf(analysis, template);
	const end = text.length - text.trimEnd().length;
	const found = (what: Message, from: number, to: number, fix: Fix): readonly Found[] => [
		{ problem: problemAt(analysis, template, 'warning', what, from, to), fixes: [fix] },
	];
	const trim = (from: number, to: number): Fix => ({
		title: message('language.fix.trim', {}),
		edits: [edit(template, from, to, '')],
		isPreferred: true,
	});
	if (field === 'doc_to_choice' && typeof template.path.at(-1) === 'number' && text.trim() !== '') {
		const start = text.length - text.trimStart().length;
		return [
			...(end > 0
				? found(
						message('language.label-space', {}),
						text.length - end,
						text.length,
						trim(text.length - end, text.length),
					)
				: []),
			...(start > 0 && /\s$/.test(delimiter)
				? found(message('language.label-two-spaces', {}), 0, start, trim(0, start))
				: []),
		];
	}
	if (field !== 'doc_to_text' || end === 0 || end === text.length || !/^[^\S\n]/.test(delimiter)) {
		return [];
	}
	const isClip = template.scalar.type === Scalar.BLOCK_LITERAL || template.scalar.type === Scalar.BLOCK_FOLDED;
	const stop = analysis.source.text.slice(...template.range).search(/[\r\n]/);
	const header = analysis.source.text.slice(template.range[0], template.range[0] + Math.max(stop, 0));
	if (isClip && /^[|>]\d?(?=\s|$)/.test(header) && /[^\s]\n$/.test(text)) {
		const at = template.range[0] + 1;
		return [
			{
				problem: {
					severity: 'warning',
					message: message('language.text-line-end', {}),
					range: analysis.source.range([template.range[0], template.range[0] + 1]),
				},
				fixes: [
					{
						title: message('language.fix.no-line-end', {}),
						edits: [{ start: at, end: at, text: '-' }],
						isPreferred: true,
					},
				],
			},
		];
	}
	return /[^\S\n]$/.test(text)
		? found(message('language.text-space', {}), text.length - end, text.length, trim(text.length - end, text.length))
		: [];
}

/** What stands before the answer where a template is used. */
function delimiterOf({ resolved, document }: Analysis, { variant }: Template): string {
	const used = resolved?.variants.find(({ name, preset }) => (variant === null ? preset === null : name === variant));
	return (
		used?.format.target_delimiter ??
		(variant === null ? undefined : textAt(document, ['variants', variant, 'target_delimiter'])) ??
		textAt(document, ['target_delimiter']) ??
		' '
	);
}

function edit(template: Template, start: number, end: number, text: string): TextEdit {
	const from =
		start === 0 && end === 0
			? template.offsetOf(0)
			: start > 0 && start === end
				? template.offsetOf(start - 1) + 1
				: template.offsetOf(start);
	const to =
		start === end ? from : end < template.text.length ? template.offsetOf(end) : template.offsetOf(end - 1) + 1;
	return { start: from, end: Math.max(from, to), text };
}

function change(template: Template, start: number, end: number, suggestion: string): Fix {
	return {
		title: message('language.fix.change', { text: suggestion }),
		edits: [edit(template, start, end, suggestion)],
		isPreferred: true,
	};
}

function problemAt(
	{ source }: Analysis,
	template: Template,
	severity: Problem['severity'],
	what: Message,
	start: number,
	end: number,
): Problem {
	const range = edit(template, start, end, '');
	return { severity, message: what, range: source.range([range.start, Math.max(range.end, range.start)]) };
}
