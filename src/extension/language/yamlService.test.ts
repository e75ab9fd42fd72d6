import { beforeAll, describe, expect, test } from 'vitest';
import { evaluationJsonSchema } from '../../config/jsonSchema';
import { presetNames } from '../../config/presets';
import { assertionMetrics } from '../../config/resolved';
import { createYamlService, type YamlService } from './yamlService';

let service: YamlService;
beforeAll(() => {
	service = createYamlService(evaluationJsonSchema());
});

/** Asks at `|`, where the cursor is. */
function at(marked: string) {
	const before = marked.slice(0, marked.indexOf('|'));
	const line = before.split('\n').length - 1;
	const character = before.length - (before.lastIndexOf('\n') + 1);
	return {
		document: { uri: 'file:///a.eval.yaml', text: marked.replace('|', '') },
		position: { line, character },
	};
}

async function labels(marked: string): Promise<readonly string[]> {
	const { document, position } = at(marked);
	return (await service.complete(document, position)).map(({ label }) => label);
}

describe('completion', () => {
	test('fields that stand there already, above or below, are not offered again', async () => {
		const top = await labels('dataset_path: x\n|\nlimit: 3');
		expect(top).toContain('num_fewshot');
		expect(top).not.toContain('dataset_path');
		expect(top).not.toContain('limit');
	});

	test('a variant has its own fields, and presets as its value', async () => {
		expect(await labels('dataset_path: x\nvariants:\n  a: |')).toEqual([...presetNames]);
		expect(await labels('dataset_path: x\nvariants:\n  a:\n    extends: |')).toEqual([...presetNames]);
		const inside = await labels('dataset_path: x\nvariants:\n  a:\n    |');
		expect(inside).toContain('doc_to_text');
		expect(inside).not.toContain('dataset_path');
	});

	test('a field beside an empty one is not a field inside of it', async () => {
		const empty = 'dataset_path: x\nvariants:\n  own: \n';
		expect(await labels(`${empty}|`)).toContain('on_bad_row');
		expect(await labels(`${empty}# what follows\n|\nlimit: 3`)).not.toContain('limit');
		expect(await labels(`${empty}    |`)).toContain('extends');
	});

	test('values of closed sets', async () => {
		expect(await labels('dataset_path: x\non_bad_row: |')).toEqual(['error', 'skip']);
		expect(await labels('dataset_path: x\nassert:\n  - metric: |')).toEqual([...assertionMetrics]);
		expect(await labels('dataset_path: x\nmodels:\n  - path: a\n    dev|')).toContain('device');
	});

	test('every preset says what it is', async () => {
		const { document, position } = at('dataset_path: x\nvariants:\n  a: |');
		const items = await service.complete(document, position);
		expect(items.length).toBeGreaterThan(2);
		expect(items.filter(({ documentation }) => documentation.length < 40)).toEqual([]);
	});

	test('another schema that a comment names is neither fetched nor used', async () => {
		expect(await labels('# yaml-language-server: $schema=http://127.0.0.1:1/x.json\non_bad_row: |')).toEqual([
			'error',
			'skip',
		]);
		expect(await labels('$schema: http://127.0.0.1:1/x.json\non_bad_row: |')).toEqual(['error', 'skip']);
	});

	test('blocks of text have no fields', async () => {
		expect(await labels('dataset_path: x\ndoc_to_text: |-\n  ab |\n'.replace('|-', '>-'))).toEqual([]);
	});
});

test('hover explains fields, without a heading', async () => {
	const { document, position } = at('dataset_path: x\nnum_few|shot: 3\n');
	const found = await service.hover(document, position);
	expect(found?.text).toMatch(/^How many solved examples/);
	expect(found?.range?.start).toEqual({ line: 1, character: 0 });
	const nowhere = at('# ab|c\n');
	expect(await service.hover(nowhere.document, nowhere.position)).toBeNull();
});

test('the outline and the folds follow the text', () => {
	const { document } = at('dataset_path: x\nvariants:\n  a:\n    doc_to_text: x\n  b: mmlu/helm\n|');
	expect(service.symbols(document).map(({ name, children }) => [name, children?.map(child => child.name)])).toEqual([
		['dataset_path', []],
		['variants', ['a', 'b']],
	]);
	expect(service.folds(document).map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
		[1, 4],
		[2, 3],
	]);
});
