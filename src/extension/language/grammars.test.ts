import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../../test/paths';
import { taskFieldNames } from '../../config/schema';
import { templateFields } from './analysis/templates';

interface Rule {
	readonly name?: string;
	readonly match?: string;
	readonly begin?: string;
	readonly end?: string;
	readonly while?: string;
	readonly include?: string;
	readonly captures?: Readonly<Record<string, Rule>>;
	readonly patterns?: readonly Rule[];
	readonly repository?: Readonly<Record<string, Rule>>;
}

function grammar(name: string): Rule {
	return JSON.parse(readFileSync(path.join(root, 'syntaxes', `${name}.tmLanguage.json`), 'utf8')) as Rule;
}

function rulesOf(rule: Rule): readonly Rule[] {
	return [rule, ...[...(rule.patterns ?? []), ...Object.values(rule.repository ?? {})].flatMap(rulesOf)];
}

/** The rule of a scope, as JavaScript reads it: the grammars keep to what it has in common with Oniguruma. */
function pattern(name: string, scope: string): RegExp {
	const rule = rulesOf(grammar(name)).find(one => one.name?.startsWith(scope));
	return new RegExp((rule?.match ?? rule?.begin ?? '(?!)').replace('\\G', '^'), 'gm');
}

const names = ['jinja', 'template-fields', 'prompt'];

test.each(names)('%s: every pattern compiles, and every include is there', name => {
	const whole = grammar(name);
	const rules = rulesOf(whole);
	const sources = rules
		.flatMap(rule => [rule.match, rule.begin, rule.end, rule.while])
		.filter(one => one !== undefined);
	expect(sources.length).toBeGreaterThan(0);
	for (const source of sources) {
		expect(() => new RegExp(source.replace('\\G', '^'), 'm'), source).not.toThrow();
		// An empty match in a rule without an end would never get on.
		expect(rules.some(rule => rule.match === source) && new RegExp(source).test('')).toBe(false);
	}
	for (const { include } of rules) {
		expect(
			include === undefined || !include.startsWith('#') || Object.hasOwn(whole.repository ?? {}, include.slice(1)),
		).toBe(true);
	}
});

test('every template field of the schema is coloured', () => {
	const { begin = '' } = rulesOf(grammar('template-fields')).find(one => one.begin) ?? {};
	const fields = [...templateFields, 'system_instruction'];
	expect(fields.filter(field => !(taskFieldNames as readonly string[]).includes(field))).toEqual([]);
	for (const field of fields) {
		expect(new RegExp(begin).test(`${field}: x`), field).toBe(true);
	}
	expect(new RegExp(begin).test('dataset_path: x')).toBe(false);
});

test.each([
	['jinja', 'string.quoted', `{{ a | replace("_", ' ') }}`, ['"_"', "' '"]],
	['jinja', 'keyword.control', '{% for c in choices if not c %}', ['for', 'in', 'if', 'not']],
	['jinja', 'constant.numeric', 'a[0] + 1.5', ['0', '1.5']],
	['prompt', 'constant.character.escape.special-token', '<|im_start|>user [INST]', ['<|im_start|>', '[INST]']],
	['prompt', 'punctuation.whitespace.mark', 'Answer:␠A⏎', ['␠', '⏎']],
])('%s colours %s', (name, scope, text, found) => {
	expect([...text.matchAll(pattern(name, scope))].map(([match]) => match)).toEqual(found);
});

test('cues stand at the beginning of a line, with the letter behind an answer', () => {
	const cue = grammar('prompt').repository?.cue?.match ?? '';
	const found = [...'Question: a?\nA. b\nAnswer: B\nThe Answer: C\nAnswer:'.matchAll(new RegExp(cue, 'gm'))];
	expect(found.map(([, word, , letter]) => [word, letter])).toEqual([
		['Question', undefined],
		['Answer', 'B'],
		['Answer', undefined],
	]);
	const label = grammar('prompt').repository?.label?.match ?? '';
	expect(['A. b', ' B. c', '(C) d', 'Answer'].map(line => new RegExp(label).test(line))).toEqual([
		true,
		true,
		true,
		false,
	]);
});
