import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../../test/paths';
import { presetFormat, questionOf } from '../../../test/resolvedEvaluation';
import type { Format } from '../../config/format';
import { createRenderer } from '../../prompt/render';
import type { Edit, PromptDiff } from '../../protocol/diff';
import { promptText, type Segment } from '../../protocol/prompt';
import { applyPromptDiff, diffPrompts } from './diffPrompts';

interface FixtureRow {
	readonly question: string;
	readonly subject: string;
	readonly choices: readonly string[];
	readonly answer: number;
}
type Split = 'dev' | 'validation' | 'test';

const rows: Readonly<Record<Split, Readonly<Record<string, FixtureRow>>>> = JSON.parse(
	readFileSync(path.join(root, 'test', 'fixtures', 'us_foreign_policy.json'), 'utf8'),
);

/** The prompt of test question 42 with the given rows as shots. */
function prompt(format: Format, split: Split, shots: readonly number[]): readonly Segment[] {
	const question = (of: Split, index: number) => {
		const row = rows[of][index];
		return row ? questionOf({ key: `${of}/${index}`, ...row }) : expect.fail(`no ${of}[${index}]`);
	};
	const shown = shots.map(index => question(split, index));
	return createRenderer(format, 'golden').render(question('test', 42), shown).segments;
}

const original = prompt(presetFormat('mmlu/original', {}), 'dev', [0, 1, 2, 3, 4]);

it.each([
	['original-helm', prompt(presetFormat('mmlu/helm', {}), 'dev', [0, 3, 1, 2, 4])],
	['original-harness', prompt(presetFormat('mmlu/harness-2023-01', {}), 'validation', [3, 9, 5, 10, 8])],
	[
		'original-free',
		prompt(
			presetFormat('mmlu/original', {
				item: [
					{
						kind: 'question',
						template:
							"Q: {{question}}\n{% for choice in choices %}({{ 'ABCD'[loop.index0] }}) {{ choice }} {% endfor %}\nA:",
					},
				],
			}),
			'dev',
			[0, 1, 2, 3],
		),
	],
])('%s', (name, other) => {
	const diff = diffPrompts(original, other);
	expect(applyPromptDiff(original, diff)).toBe(promptText({ segments: other }));
	const text = readable(original, other, diff);
	const file = new URL(`./golden/${name}.txt`, import.meta.url);
	if (!existsSync(file)) {
		writeFileSync(file, text);
		expect.fail(`${name}.txt was missing and is written: read it, then commit it`);
	}
	expect(text).toBe(readFileSync(file, 'utf8'));
});

/** A difference as a person could read it: `[-deleted-]`, `{+inserted+}`; in these, spaces and line ends are visible. */
function readable(a: readonly Segment[], b: readonly Segment[], diff: PromptDiff): string {
	const moves = diff.moves === 0 ? '' : `, ${diff.moves} moved`;
	const lines = [`${diff.edits} edits in ${diff.kinds.length} kinds${moves}`, ''];
	for (const { count, segments, whole, ...kind } of diff.kinds) {
		lines.push(`${count} × ${whole ? `${segments} ${whole}` : `in ${segments.join(', ')}: ${marked(kind)}`}`);
	}
	for (const pair of diff.pairs) {
		const sideA = a.slice(pair.a ?? 0, (pair.a ?? 0) + (pair.a === undefined ? 0 : (pair.aCount ?? 1)));
		const sideB = b.slice(pair.b ?? 0, (pair.b ?? 0) + (pair.b === undefined ? 0 : (pair.bCount ?? 1)));
		lines.push('', `── ${title(sideA)} → ${title(sideB)}: ${pair.relation}`);
		if (pair.edits.length > 0) {
			lines.push(withEdits(promptText({ segments: sideA }), pair.edits));
		}
	}
	return `${lines.join('\n')}\n`;
}

function title(segments: readonly Segment[]): string {
	return segments.map(({ kind, shot, key }) => (key ? `${kind} ${(shot ?? 0) + 1} (${key})` : kind)).join(' + ') || '∅';
}

function withEdits(text: string, edits: readonly Edit[]): string {
	const points = [...text];
	let at = 0;
	let result = '';
	for (const edit of edits) {
		result += points.slice(at, edit.aStart).join('') + marked(edit);
		at = edit.aEnd;
	}
	return result + points.slice(at).join('');
}

function marked({ deleted, inserted }: Pick<Edit, 'deleted' | 'inserted'>): string {
	const visible = (text: string) => text.replaceAll(' ', '·').replaceAll('\n', '⏎\n');
	return (deleted && `[-${visible(deleted)}-]`) + (inserted && `{+${visible(inserted)}+}`);
}
