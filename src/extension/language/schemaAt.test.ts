import { expect, test } from 'vitest';
import { evaluationJsonSchema } from '../../config/jsonSchema';
import { nodesAt, placeAt, type SchemaNode, suggestionsAt } from './schemaAt';

const schema: SchemaNode = evaluationJsonSchema();

/** The place of `|` in a text. */
function at(text: string) {
	const lines = text.split('\n');
	const line = lines.findIndex(one => one.includes('|'));
	const column = lines[line]?.indexOf('|') ?? 0;
	lines[line] = (lines[line] ?? '').replace('|', '');
	return placeAt(lines, line, column);
}

const labels = (text: string) => {
	const place = at(text);
	return place ? suggestionsAt(schema, place).map(({ label }) => label) : null;
};

test('a place is the way down to it by indentation', () => {
	expect(at('num|')).toEqual({ path: [], part: 'key', siblings: [], start: 0 });
	expect(at('limit: |')).toMatchObject({ path: ['limit'], part: 'value', start: 7 });
	expect(at('limit:|')).toMatchObject({ path: ['limit'], part: 'value' });
	expect(at('variants:\n  a: mmlu/original\n  b:\n    ext|')).toMatchObject({ path: ['variants', 'b'], part: 'key' });
	expect(at('variants:\n  a:\n    extends: mm|')).toMatchObject({
		path: ['variants', 'a', 'extends'],
		part: 'value',
		start: 13,
	});
	expect(at('models:\n  - path: x\n    dev|')).toMatchObject({
		path: ['models', '-'],
		part: 'key',
		siblings: ['path'],
	});
	expect(at('models:\n  - path: x\n    device: |')).toMatchObject({ path: ['models', '-', 'device'], part: 'value' });
	expect(at('models:\n  - |')).toMatchObject({ path: ['models', '-'], part: 'key' });
	expect(at('models:\n- path: x\n- de|')).toMatchObject({ path: ['models', '-'], part: 'key' });
	expect(at('columns:\n  question: q\n\n# note\n  an|')).toMatchObject({ path: ['columns'], siblings: ['question'] });
});

test('comments and blocks of text have no fields', () => {
	expect(at('# lim|')).toBeNull();
	expect(at('limit: 3 # mo|')).toBeNull();
	expect(placeAt(['variants:', '  a:', '    doc_to_text: |-', '      {{que'], 3, 11)).toBeNull();
});

test('fields that stand there already, above or below, are not offered again', () => {
	const top = labels('dataset_path: x\n|\nlimit: 3') ?? [];
	expect(top).toContain('num_fewshot');
	expect(top).not.toContain('dataset_path');
	expect(top).not.toContain('limit');
});

test('a variant offers presets as its value, and fields as a mapping', () => {
	expect(labels('variants:\n  a: |')).toEqual(['mmlu/original', 'mmlu/helm', 'mmlu/harness-2023-01']);
	expect(labels('variants:\n  a:\n    extends: |')).toContain('mmlu/helm');
	expect(labels('variants:\n  a:\n    |')).toContain('doc_to_text');
	expect(labels('variants:\n  a:\n    |')).not.toContain('dataset_path');
});

test('values of closed sets', () => {
	expect(labels('on_bad_row: |')).toEqual(['error', 'skip']);
	expect(labels('apply_chat_template: |')).toEqual(['true', 'false']);
	expect(labels('models:\n  - path: x\n    device: |')).toContain('webgpu');
	expect(labels('name: |')).toEqual([]);
});

test('every preset says what it is', () => {
	const place = at('variants:\n  a: |');
	const presets = place ? suggestionsAt(schema, place) : [];
	expect(presets.every(({ documentation }) => documentation.length > 40)).toBe(true);
});

test('a path that the schema does not know has no node', () => {
	expect(nodesAt(schema, ['nothing', 'here'])).toEqual([]);
	expect(nodesAt(schema, ['__proto__'])).toEqual([]);
});
