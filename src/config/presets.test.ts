import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, test } from 'vitest';
import { findPreset, presetNames, presets } from './presets';

interface Row {
	readonly question: string;
	readonly choices: readonly string[];
	readonly subject: string;
}

function render(template: string, row: Row): string {
	const environment = new Environment();
	for (const [name, value] of Object.entries({ ...row, subject: row.subject.replaceAll('_', ' ') })) {
		environment.set(name, value);
	}
	// The library drops one last line end, which keep_trailing_newline keeps.
	const kept = template.endsWith('\n') ? `${template}\n` : template;
	const program = parse(tokenize(kept, { lstrip_blocks: false, trim_blocks: false }));
	return String(new Interpreter(environment).run(program).value);
}

/** The prompt without shots. */
function zeroShot(name: string, row: Row): string {
	const { format } = findPreset(name) ?? expect.unreachable(name);
	return [format.description, ...format.item.map(part => part.template)].map(t => render(t, row)).join('');
}

test('names are unique, and one shape fits all', () => {
	expect(new Set(presetNames).size).toBe(presets.length);
	for (const { name, title, summary, citation, format } of presets) {
		expect(name).toMatch(/^[a-z]+\/[a-z0-9.-]+$/);
		expect(summary.endsWith('.') && title !== '' && citation !== '').toBe(true);
		expect(format.item.map(part => part.kind)).toSatisfy((kinds: string[]) =>
			['question,answer_cue', 'question,choices,answer_cue'].includes(kinds.join()),
		);
	}
});

describe('prompts without shots', () => {
	const row = {
		question: ' Two\n{{lines}}? ',
		choices: ['a', ' b ', '{% c %}', 'd\r\n', 'e'],
		subject: 'made_up_world',
	};

	test('mmlu/original', () => {
		expect(zeroShot('mmlu/original', row)).toBe(
			'The following are multiple choice questions (with answers) about  made up world.\n\n' +
				' Two\n{{lines}}? \nA. a\nB.  b \nC. {% c %}\nD. d\r\n\nE. e\nAnswer:',
		);
	});

	test('mmlu/helm', () => {
		expect(zeroShot('mmlu/helm', row)).toBe(
			'The following are multiple choice questions (with answers) about made up world.\n\n' +
				'Question:  Two\n{{lines}}? \nA. a\nB.  b \nC. {% c %}\nD. d\r\n\nE. e\nAnswer:',
		);
	});

	test('mmlu/harness-2023-01', () => {
		expect(zeroShot('mmlu/harness-2023-01', row)).toBe(
			'Question:  Two\n{{lines}}? \nChoices:\nA. a\nB.  b \nC. {% c %}\nD. d\r\n\nE. e\nAnswer:',
		);
	});

	test('letters go on to Z', () => {
		const many = { ...row, choices: Array.from({ length: 26 }, (_, i) => `${i}`) };
		expect(zeroShot('mmlu/original', many)).toContain('\nY. 24\nZ. 25\nAnswer:');
	});
});

const mmlu = fileURLToPath(new URL('../../../shared/data/mmlu/test.parquet', import.meta.url));
const absent = !existsSync(mmlu);
if (absent) {
	console.log('skipped: checksums of the presets on MMLU, for ../shared is not there');
}

// The first 16 hex digits of the published prompts' SHA-256, on two questions of us_foreign_policy.
test.skipIf(absent).each([
	['mmlu/original', 0, 425, '7c9d0aa3a2955db1'],
	['mmlu/helm', 0, 434, 'c09f4606ecc0aee1'],
	['mmlu/harness-2023-01', 42, 330, 'd1d32cb44e3b0a77'],
] as const)('%s is the published prompt to the byte', async (name, index, bytes, sha256) => {
	const { buffer, byteOffset, byteLength } = readFileSync(mmlu);
	const file = buffer.slice(byteOffset, byteOffset + byteLength);
	const rows = await parquetReadObjects({ file, compressors });
	const row = rows.filter(r => r.subject === 'us_foreign_policy')[index];
	const prompt = Buffer.from(
		zeroShot(name, {
			question: String(row?.question),
			choices: row?.choices ?? [],
			subject: 'us_foreign_policy',
		}),
	);
	expect(prompt.length).toBe(bytes);
	expect(createHash('sha256').update(prompt).digest('hex').slice(0, 16)).toBe(sha256);
});
