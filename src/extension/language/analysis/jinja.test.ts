import { expect, test } from 'vitest';
import { compileJinja, jinjaScope } from '../../../prompt/jinja';
import { messageText } from '../../../protocol/messages';
import { filterNames } from './jinjaFilters';
import { jinjaFaults } from './jinjaProblems';
import { namesUsed, scanJinja } from './jinjaScan';

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

test('what may be undefined is marked', () => {
	const lenient = (template: string) => namesUsed(scanJinja(template)).map(use => use.lenient);
	expect(lenient('{{ a | default("b") }}{{ b is defined }}{{ c }}')).toEqual([true, true, false]);
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
