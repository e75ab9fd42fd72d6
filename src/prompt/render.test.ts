import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import type { Format } from '../config/format';
import { plainFormat } from '../config/plainFormat';
import { presetNames } from '../config/presets';
import { Failure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import { promptText } from '../protocol/prompt';
import { goldIndex, goldTexts, rightChoices } from './gold';
import { createRenderer } from './render';

const own = (template: string, changes: Partial<Format> = {}): Format => ({
	...plainFormat,
	item: [{ kind: 'question', template }],
	...changes,
});

const columns = (cells: Record<string, Json>) => new Map(Object.entries(cells));

function sentence(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		return error instanceof Failure && error.kind === 'input' ? error.message : expect.fail(String(error));
	}
	return expect.fail('it did not fail');
}

const text = (format: Format, question = questionOf({}), shots = [] as ReturnType<typeof questionOf>[]) =>
	promptText(createRenderer(format, 'mine').render(question, shots));

describe('a prompt', () => {
	const format = own('Q: {{question}}\nA:', {
		description: 'About {{subject}}.\n',
		choices: { from: 'list', templates: ['(A)', '({{choices[1]}})'] },
		target_delimiter: '\t',
		fewshot_delimiter: '\n--\n',
	});
	const shots = [
		questionOf({ key: 'dev/3', question: 'one', answer: 1, subject: 'a_b' }),
		questionOf({ key: 'dev/1', question: 'two', choices: ['x', 'y'], subject: 'a_b' }),
	];

	it('is description, shots with their answers, and the item', () => {
		const prompt = createRenderer(format, 'mine').render(questionOf({ question: 'Why?', subject: 'a_b_c' }), shots);
		expect(prompt).toEqual({
			segments: [
				{ kind: 'description', text: 'About a_b_c.\n' },
				{ kind: 'shot', text: 'Q: one\nA:\t(b)\n--\n', shot: 0, key: 'dev/3' },
				{ kind: 'shot', text: 'Q: two\nA:\t(A)\n--\n', shot: 1, key: 'dev/1' },
				{ kind: 'question', text: 'Q: Why?\nA:' },
			],
			continuations: ['\t(A)', '\t(b)'],
		});
	});

	it('has no segment without text', () => {
		const prompt = createRenderer(own('{{question}}'), 'mine').render(questionOf({}), []);
		expect(prompt.segments.map(segment => segment.kind)).toEqual(['question']);
	});

	it('has segments that join to what lm-evaluation-harness would compose', () => {
		const anyText = fc.string({ unit: 'binary', maxLength: 30 });
		const anyQuestion = fc.record({
			key: fc.constantFrom('test/0', 'dev/7'),
			question: anyText,
			choices: fc.array(anyText, { minLength: 2, maxLength: 6 }),
			answer: fc.constantFrom(0, 1),
			subject: fc.option(fc.constantFrom('law', 'us_foreign_policy')),
		});
		fc.assert(
			fc.property(anyQuestion, fc.array(anyQuestion, { maxLength: 3 }), (parts, shotParts) => {
				const harness = presetFormat('mmlu/harness-2023-01');
				const asked = questionOf(parts);
				const others = shotParts.map(questionOf);
				const item = ({ question, choices }: typeof asked) =>
					`Question: ${question}\nChoices:\n${choices.map((c, i) => `${'ABCDEF'[i]}. ${c}\n`).join('')}Answer:`;
				const expected =
					others.map(shot => `${item(shot)} ${shot.choices[shot.answer ?? -1]}\n\n`).join('') + item(asked);
				const prompt = createRenderer(harness, 'harness').render(asked, others);
				expect(promptText(prompt)).toBe(expected);
				expect(prompt.continuations).toEqual(asked.choices.map(choice => ` ${choice}`));
			}),
		);
	});
});

describe('every preset', () => {
	const anyText = fc.string({ unit: 'binary', maxLength: 20 });
	const anyRow = fc.record({
		key: fc.constantFrom('test/0', 'dev/7', 'dev/8'),
		question: anyText,
		choices: fc.array(anyText, { minLength: 4, maxLength: 4 }),
		answer: fc.integer({ min: 0, max: 3 }),
		subject: fc.constantFrom('law', 'us_foreign_policy'),
	});

	it.each(presetNames)('%s takes any texts, ends in its cue, and scores four choices', name => {
		const format = presetFormat(name);
		const renderer = createRenderer(format, name);
		fc.assert(
			fc.property(anyRow, fc.array(anyRow, { maxLength: 2 }), (parts, shots) => {
				const question = questionOf(parts);
				const prompt = renderer.render(question, shots.map(questionOf));
				const alone = renderer.render(question, []);
				expect(promptText(prompt)).toMatch(/A(nswer)?:$/);
				expect(prompt.continuations).toHaveLength(4);
				expect(prompt.continuations).toEqual(alone.continuations);
				expect(prompt.segments.filter(({ kind }) => kind !== 'shot')).toEqual(alone.segments);
				for (const text of prompt.continuations) {
					expect(text.startsWith(format.scored_delimiter ?? ' ')).toBe(true);
				}
			}),
			{ numRuns: 30 },
		);
	});

	it('that has four choices built in says so of a row with another number', () => {
		const row = questionOf({ choices: ['a', 'b', 'c', 'd', 'e'] });
		const failing = presetNames.filter(name => {
			try {
				createRenderer(presetFormat(name), name).render(row, []);
				return false;
			} catch (error) {
				expect(error).toMatchObject({
					message: expect.stringMatching(/has 5 choices, but this format has 4 built in/),
				});
				return true;
			}
		});
		expect(failing).toEqual(presetNames.filter(name => presetFormat(name).choice_count !== null));
		expect(failing.length).toBeGreaterThan(5);
	});
});

describe('data in a template', () => {
	it.each([
		'{{ 7 * 7 }} {% raw %} {# x #}',
		'<script>alert(1)</script>',
		'a\0b\r\nc\u0085\u2028',
		'lone \ud800 surrogate',
		'x'.repeat(1_000_000),
	])('%# stands as it is', data => {
		const question = questionOf({ question: data, choices: [data, 'b'] });
		const prompt = createRenderer(own('<{{question}}|{{choices[0]}}>'), 'mine').render(question, []);
		expect(promptText(prompt)).toBe(`<${data}|${data}>`);
		expect(prompt.continuations[0]).toBe(` ${data}`);
	});

	it('is every column by its name, `doc`, and the mapped names above them', () => {
		const question = {
			...questionOf({
				question: 'mapped',
				choices: ['x', 'y'],
				subject: 'high_school',
				columns: columns({ level: 3, none: null, __proto__x: 1, loop: 'column', true: 'no' }),
			}),
			given: 'B',
		};
		expect(text(own('{{question}} {{choices[1]}} {{subject}} {{answer}} {{level}} {{none}} {{true}}'), question)).toBe(
			'mapped y high_school B 3 None True',
		);
		expect(text(own('{{doc.level}} {{doc.answer}} {{loop}} {{doc["question"]}}'), question)).toBe('3 0 column mapped');
	});

	it('may be in columns with names of JavaScript', () => {
		const cells = new Map<string, Json>([
			['__proto__', 'p'],
			['constructor', 'c'],
			['namespace', 'n'],
			['range', 'r'],
		]);
		const question = questionOf({ columns: cells });
		expect(text(own('{{__proto__}}{{constructor}}{{doc.__proto__}}{{range}}'), question)).toBe('pcpr');
		expect(sentence(() => text(own('{{toString}}')))).toMatch(/uses "toString"/);
		expect(sentence(() => text(own('{{doc.toString}}')))).toMatch(/uses doc\.toString/);
	});

	it('has an empty subject where there is none', () => {
		expect(text(own('[{{subject}}]'))).toBe('[]');
	});
});

describe('a template that is wrong', () => {
	it('is named with variant, field, row and what may have been meant', () => {
		expect(sentence(() => text(own('{{ qestion }}')))).toBe(
			'Variant "mine": doc_to_text uses "qestion", which the row test/0 does not have. Did you mean "question"? It has: doc, question, choices, answer, subject.',
		);
		expect(sentence(() => text(own('x', { description: '{{ quite_other }}' })))).toMatch(
			/^Variant "mine": description uses "quite_other", which .* does not have\. It has: /,
		);
		expect(sentence(() => text(own('{{ choices[7] }}')))).toMatch(/doc_to_text uses choices\[7\], which is not there/);
		expect(sentence(() => text(own('{{ question / 2 }}')))).toMatch(
			/^Variant "mine": doc_to_text cannot be rendered for the row test\/0: .*[^.]\.$/,
		);
		const labels = own('x', { choices: { from: 'list', templates: ['A', '{{ nope }}'] } });
		expect(sentence(() => text(labels))).toMatch(/doc_to_choice uses "nope"/);
	});

	it('is found before any row where it is no Jinja', () => {
		expect(sentence(() => createRenderer(own('{{ question'), 'mine'))).toMatch(
			/^Variant "mine": doc_to_text is no Jinja template/,
		);
		expect(sentence(() => createRenderer(own('x', { description: '{% if %}' }), 'mine'))).toMatch(/description is no/);
	});

	it('fails for a shot under the key of the shot', () => {
		const format = own('{{ question }}{{ hint }}');
		const question = questionOf({ columns: columns({ hint: 'h' }) });
		expect(sentence(() => text(format, question, [questionOf({ key: 'dev/2' })]))).toMatch(/the row dev\/2/);
	});
});

describe('labels', () => {
	const continuations = (choices: Format['choices'], question = questionOf({})) =>
		createRenderer(own('x', { choices }), 'mine').render(question, []).continuations;

	it('come from letters, choices, a list of templates, a column or a template of a list', () => {
		const question = questionOf({
			columns: columns({ labels: ['Z', 5], pairs: { a: 'one', b: 'two' }, python: "['p', \"q's\"]" }),
		});
		expect(continuations({ from: 'letters' })).toEqual([' A', ' B', ' C', ' D']);
		expect(continuations({ from: 'choices' })).toEqual([' a', ' b', ' c', ' d']);
		expect(continuations({ from: 'list', templates: ['(A)', '{{choices[1]}}'] })).toEqual([' (A)', ' b']);
		expect(continuations({ from: 'field', field: 'labels' }, question)).toEqual([' Z', ' 5']);
		expect(continuations({ from: 'field', field: 'pairs' }, question)).toEqual([' one', ' two']);
		expect(continuations({ from: 'field', field: 'python' }, question)).toEqual([' p', " q's"]);
		expect(continuations({ from: 'field', field: 'choices' })).toEqual([' a', ' b', ' c', ' d']);
		expect(continuations({ from: 'field', field: '{{ [choices[1], "it\'s"] }}' })).toEqual([' b', " it's"]);
		expect(continuations({ from: 'field', field: '["{{choices[0]}}", "no"]' })).toEqual([' a', ' no']);
	});

	it('come from one template for each choice', () => {
		expect(continuations({ from: 'each', template: '({{letter}}) {{choice | upper}}{{subject}}' })).toEqual(
			['A', 'B', 'C', 'D'].map(letter => ` (${letter}) ${letter}`),
		);
		expect(sentence(() => continuations({ from: 'each', template: '{{label}}' }))).toMatch(/uses "label"/);
	});

	it('are an error where there are none', () => {
		const failing = (choices: Format['choices'], question = questionOf({})) =>
			sentence(() => continuations(choices, question));
		expect(failing({ from: 'field', field: '{{question}}' })).toMatch(/doc_to_choice gives no list .* but Q\?/);
		expect(failing({ from: 'field', field: '[]' })).toMatch(/gives no choice for the row test\/0/);
		const many = questionOf({ choices: Array.from({ length: 27 }, (_, i) => `c${i}`) });
		expect(failing({ from: 'letters' }, many)).toMatch(/has 27 choices, more than there are letters/);
	});

	it('rendered as a Python list come back as they were', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 4 }), choices => {
				const labels = continuations({ from: 'field', field: '{{ doc.choices }}' }, questionOf({ choices }));
				expect(labels).toEqual(choices.map(choice => ` ${choice}`));
			}),
		);
	});
});

describe('the right answer', () => {
	const labels = { from: 'list', templates: ['no', 'yes', '2'] } as const;
	const target = (doc_to_target: Format['doc_to_target'], cells: Record<string, Json> = {}) =>
		goldIndex(own('x', { choices: labels, doc_to_target }), questionOf({ columns: columns(cells), answer: 2 }));

	it('is what doc_to_target says, as lm-evaluation-harness reads it', () => {
		expect(target(null)).toBe(2);
		expect(target('answer')).toBe(2);
		expect(target(1)).toBe(1);
		expect(target('label', { label: 1 })).toBe(1);
		expect(target('label', { label: true })).toBe(1);
		expect(target('label', { label: 'yes' })).toBe(1);
		expect(target('label', { label: '2' })).toBe(2);
		expect(target('label', { label: '0' })).toBe(0);
		expect(target('{{ label }}', { label: 'yes' })).toBe(1);
		expect(target('{{ label }}', { label: '2' })).toBe(2);
		expect(target("{{ ['x', 'y'].index(label) }}", { label: 'y' })).toBe(1);
	});

	it('must be one of the labels', () => {
		expect(sentence(() => target('label', { label: 'maybe' }))).toMatch(
			/doc_to_target gives "maybe" for the row test\/0, which is none of the choices \["no","yes","2"\]/,
		);
		expect(sentence(() => target('label', { label: 3 }))).toMatch(/index 3, but there are 3 choices/);
		expect(sentence(() => target('label', { label: -1 }))).toMatch(/gives -1/);
		const three = own('x', { choices: labels });
		expect(sentence(() => text(three, questionOf({ answer: 3 })))).toMatch(/index 3, but there are 3 choices/);
	});

	it('is every choice with the same text where texts are compared', () => {
		const question = questionOf({ choices: ['x', 'y', 'x', 'y'], answer: 3 });
		expect(rightChoices(presetFormat('mmlu/helm'), question)).toEqual([1, 3]);
		expect(rightChoices(presetFormat('mmlu/original'), question)).toEqual([3]);
	});
});

describe('an answer that is written freely', () => {
	const scoring = {
		until: [],
		max_tokens: 9,
		filters: [],
		ignore: [],
		ignore_patterns: [],
		against: 'target',
	} as const;
	const free = (doc_to_target: Format['doc_to_target'], changes: Partial<Format> = {}) =>
		own('{{question}}', { scoring, doc_to_target, ...changes });
	const row = {
		...questionOf({ columns: columns({ reply: 'yes', all: ['x', 'y'], n: 1 }) }),
		choices: [],
		answer: null,
	};

	it.each([
		['reply', ['yes']],
		['{{reply}}!', ['yes!']],
		['all', ['x', 'y']],
		["['p', 'q']", ['p', 'q']],
		['n', ['1']],
		[null, ['0']],
	] as const)('is %j of the row', (target, texts) => {
		expect(goldTexts(free(target), row)).toEqual(texts);
	});

	it('is a label where the format has labels of its own', () => {
		expect(goldTexts(free('n', { choices: { from: 'list', templates: ['no', 'maybe'] } }), row)).toEqual(['maybe']);
	});

	it('shows in shots, and nothing is scored after the prompt', () => {
		const prompt = createRenderer(free('all'), 'mine').render(row, [row]);
		expect(prompt.segments[0]?.text).toBe('Q? x\n\n');
		expect(prompt.continuations).toEqual([]);
	});
});
