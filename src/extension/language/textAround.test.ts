import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../../test/paths';
import { evaluationJsonSchema } from '../../config/jsonSchema';
import { textAround } from './textAround';
import { createYamlService } from './yamlService';

const text = `dataset_path: a # b
fewshot_config:
  sampler: first_n
variants:
  one: mmlu/helm

  two: # mine
    doc_to_text: |-
      Q: {{question}}
    extends: one
  three:
    fewshot_config:
      sampler: first_n
    num_fewshot: 1
assert:
  - metric: delta
    min: -1
`;

test('other fields at the top and other variants are left out, lines stay', () => {
	expect(textAround(text, 13).split('\n')).toEqual([
		'dataset_path: a # b',
		'fewshot_config: ~',
		'',
		'variants:',
		'  one: mmlu/helm',
		'',
		'  two: ~',
		'',
		'',
		'',
		'  three:',
		'    fewshot_config:',
		'      sampler: first_n',
		'    num_fewshot: 1',
		'assert: ~',
		'',
		'',
		'',
	]);
	const anchored = text.replace('first_n', '&x first_n');
	expect(textAround(anchored, 13)).toBe(anchored);
});

test('what the schema offers and explains is the same at every place', async () => {
	const service = createYamlService(evaluationJsonSchema());
	const demo = readFileSync(path.join(root, 'examples/mmlu-formats.eval.yaml'), 'utf8');
	for (const whole of [text, demo]) {
		const places = whole
			.trimEnd()
			.split('\n')
			.flatMap((line, i) =>
				[...new Set([line.search(/\S|$/), line.length])].map(character => ({ line: i, character })),
			);
		for (const place of places) {
			// An anchor in a comment keeps the whole text.
			const kept = { uri: 'file:///whole.eval.yaml', text: `${whole}# &x\n` };
			const cut = { uri: 'file:///cut.eval.yaml', text: `${whole}# x\n` };
			const labels = async (given: typeof cut) => (await service.complete(given, place)).map(({ label }) => label);
			expect(await labels(cut), JSON.stringify(place)).toEqual(await labels(kept));
			// Where a field begins, the service takes it for the end of the one before.
			const inside = { ...place, character: place.character + 1 };
			const text = async (given: typeof cut) => (await service.hover(given, inside))?.text;
			expect(await text(cut), JSON.stringify(inside)).toEqual(await text(kept));
		}
	}
});
