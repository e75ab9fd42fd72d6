import { describe, expect, it } from 'vitest';
import { fieldPath } from './fieldPath';
import { parseEvaluation } from './parse';

const text = `dataset_path: data
num_fewshot: 2
description: "About {{subject}}"
doc_to_text: "{{question}}"
variants:
  plain: {}
  own:
    doc_to_text: "Q: {{question}}"
  grandchild:
    extends: own
    target_delimiter: ""
  preset: mmlu/original
`;

describe('fieldPath', () => {
	const { evaluation } = parseEvaluation(text);
	const path = (variant: string, field: string) => evaluation && fieldPath(evaluation, variant, field);

	it.each([
		['the variant', 'own', 'doc_to_text', ['variants', 'own', 'doc_to_text']],
		['a variant that it extends', 'grandchild', 'doc_to_text', ['variants', 'own', 'doc_to_text']],
		['the file', 'plain', 'description', ['description']],
		['the variant where its preset decides', 'preset', 'description', ['variants', 'preset']],
		['the file for the shots even of a preset', 'preset', 'num_fewshot', ['num_fewshot']],
		['the variant where a default decides', 'plain', 'fewshot_delimiter', ['variants', 'plain']],
	])('is in %s', (_, variant, field, expected) => {
		expect(path(variant, field)).toEqual(expected);
	});

	it('is the top of a file without variants', () => {
		const { evaluation: single } = parseEvaluation('dataset_path: data\ndoc_to_text: "{{question}}"\n');
		expect(single && fieldPath(single, 'default', 'doc_to_text')).toEqual(['doc_to_text']);
		expect(single && fieldPath(single, 'default', 'target_delimiter')).toEqual([]);
	});
});
