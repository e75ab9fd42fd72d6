import { expect, test } from 'vitest';
import { compileJinja, jinjaScope } from '../../../prompt/jinja';
import { messageText } from '../../../protocol/messages';
import { filterNames } from './jinjaFilters';
import { namesUsed } from './jinjaNames';
import { jinjaFaults } from './jinjaProblems';
import { scanJinja } from './jinjaScan';

const names = (template: string) => namesUsed(scanJinja(template)).map(({ name }) => name);

test('blocks end at their own delimiters', () => {
	const kinds = (template: string) =>
		scanJinja(template).map(({ kind, start, end, closed }) => [kind, template.slice(start, end), closed]);
	expect(kinds('a {{ "}}" }} b {%- if x -%}c{% endif %}{# {{ #}')).toEqual([
		['expression', '{{ "}}" }}', true],
		['statement', '{%- if x -%}', true],
		['statement', '{% endif %}', true],
		['comment', '{# {{ #}', true],
	]);
	expect(kinds("{{ {'a': {'b': 1}} }}x")).toEqual([['expression', "{{ {'a': {'b': 1}} }}", true]]);
	expect(kinds('{{ que {{ b }}')).toEqual([
		['expression', '{{ que ', false],
		['expression', '{{ b }}', true],
	]);
	expect(kinds('{{')).toEqual([['expression', '{{', false]]);
});

test('names that a template reads are told from everything else', () => {
	expect(names('{{ question | replace("_", " ") }} {{ doc.other["x"] }}')).toEqual(['question', 'doc']);
	expect(names('{% for c in choices %}{{ loop.index0 }}{{ c }}{% endfor %}')).toEqual(['choices']);
	expect(names('{% for k, v in doc.items() %}{{ k }}{{ v }}{% endfor %}')).toEqual(['doc']);
	expect(names('{% set a = b %}{{ a }}{{ ns | join(d=c) }}')).toEqual(['b', 'ns', 'c']);
	expect(names('{{ x is defined }}{{ y is not none and z }}{{ True }}{{ range(3) }}')).toEqual(['x', 'y', 'z']);
	expect(names('{% filter upper %}{{ q }}{% endfilter %}')).toEqual(['q']);
	expect(names('{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b) }}')).toEqual(['b']);
	expect(names('question')).toEqual([]);
});

test.each([
	['{% for c in choices %}{{ c }}{% endfor %}{{ c }}', ['choices', 'c']],
	['{% for c in c if c %}{{ c }}{% endfor %}', ['c']],
	['{% for c in choices %}{% set d = c %}{{ d }}{% endfor %}{{ d }}{{ loop }}', ['choices', 'd', 'loop']],
	['{{ a }}{% set a = b %}{{ a }}', ['a', 'b']],
	['{% if x %}{% set a = 1 %}{% endif %}{{ a }}', ['x']],
	['{% set ns = namespace(n=0) %}{% set ns.n = question %}{{ ns.n }}', ['question']],
	['{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(question) }}{{ b }}', ['question', 'b']],
	['{% raw %}{{ zebra | moo }}{% endraw %}{{ question }}', ['question']],
	['{% set t %}{{ question }}{% endset %}{{ t }}', ['question']],
	['{% endfor %}{{ range(2) }}', []],
] as const)('names of %j end where Jinja ends them', (template, read) => {
	expect(names(template)).toEqual(read);
});

test('a template needs the names that are found, and no other', () => {
	const templates = [
		'{% for c in choices %}{% set d = c %}{{ d }}{{ loop.index }}{% endfor %}{{ d }}',
		'{% set ns = namespace(n=0) %}{% set ns.n = question %}{{ ns.n }}',
		'{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(question) }}{{ c }}',
		'{% for c in choices if c %}{{ c }}{% endfor %}{{ c }}',
		'{{ question if choices else subject }}',
	];
	for (const template of templates) {
		const found = [...new Set(names(template))];
		const run = (given: readonly string[]) =>
			compileJinja(template).run(jinjaScope(new Map(given.map(name => [name, name === 'choices' ? ['a'] : 'x']))));
		expect(() => run(found), template).not.toThrow();
		const needed = found.filter(name => name !== 'subject');
		for (const name of needed) {
			expect(() => run(found.filter(other => other !== name)), `${template} without ${name}`).toThrow();
		}
	}
});

test('what may be undefined is marked', () => {
	const lenient = (template: string) => namesUsed(scanJinja(template)).map(use => use.lenient);
	expect(lenient('{{ a | default("b") }}{{ b is defined }}{{ c }}')).toEqual([true, true, false]);
	expect(lenient('{{ a if a is defined }}{% if b is defined %}{{ b }}{% endif %}')).toEqual([true, true, true, true]);
});

test('every filter that is offered exists', () => {
	const argument: Readonly<Record<string, string>> = {
		map: '("upper")',
		selectattr: '("a")',
		rejectattr: '("a")',
		replace: '("a", "b")',
	};
	const values = { text: 'a', number: 1, texts: ['b', 'a'], objects: [{ a: true }], object: { a: 1 } };
	const scope = jinjaScope(new Map(Object.entries(values)));
	const fails = (filter: string) =>
		Object.keys(values).every(name => {
			try {
				compileJinja(`{{ ${name} | ${filter}${argument[filter] ?? ''} }}`).run(scope);
				return false;
			} catch {
				return true;
			}
		});
	expect(filterNames.filter(fails)).toEqual([]);
	expect(fails('no_such_filter')).toBe(true);
});

test.each([
	['{{ question }', '{{ question }', '`{{` is not closed. Write `}}` where it ends.'],
	['Q: {{ question\nAnswer:', '{{ question', '`{{` is not closed. Write `}}` where it ends.'],
	['{{ a }}{% for c in b %}{{ c }}', '{% for c in b %}', '`{% for c in b %}` is not ended.'],
	['{{ a }}{% endif %}', '{% endif %}', '`{% endif %}` ends nothing'],
	['{{ a }}\n{{ b + }}', '{{ b + }}', 'This is not valid Jinja: '],
	['{{ a }}{% if %}x{% endif %}', '{% if %}', 'This is not valid Jinja: '],
	['{{ a | uper }}', 'uper', '`uper` is not a filter; did you mean `upper`?'],
	['{{ a | frobnicate }}', 'frobnicate', '`frobnicate` is not a filter that templates have here.'],
])('%j is faulty at %j', (template, place, sentence) => {
	const [fault] = jinjaFaults(template);
	expect(fault && template.slice(fault.start, fault.end)).toBe(place);
	expect(fault && messageText(fault.message)).toContain(sentence);
});

test('a block that is not closed is mended by what is to be written behind it', () => {
	for (const template of ['{{ question }', 'Q: {{ question\nAnswer:', '{% if a %', '{% if a', '{# x']) {
		const [fault] = jinjaFaults(template);
		const mended = fault ? template.slice(0, fault.end) + fault.appended + template.slice(fault.end) : template;
		expect(
			jinjaFaults(mended).filter(({ message }) => message.code === 'language.jinja-unclosed'),
			mended,
		).toEqual([]);
	}
});

test('templates of the presets have no fault', async () => {
	const { presets } = await import('../../../config/presets');
	const templates = presets.flatMap(({ format }) => [format.description, ...format.item.map(part => part.template)]);
	expect(templates.length).toBeGreaterThan(5);
	expect(templates.flatMap(jinjaFaults)).toEqual([]);
});
