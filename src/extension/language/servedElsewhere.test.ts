import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../../test/paths';
import { evaluationJsonSchema } from '../../config/jsonSchema';
import { isSchemaProblem } from './schemaProblems';
import { isServedBy } from './servedElsewhere';

test('what our schema knows is said once', () => {
	expect(isServedBy({ isInstalled: true, isOn: undefined }, 'yaml')).toBe(true);
	expect(isServedBy({ isInstalled: true, isOn: true }, 'yaml')).toBe(true);
	// Switched off there, not there, or a language that it does not look at: then we say it.
	expect(isServedBy({ isInstalled: true, isOn: false }, 'yaml')).toBe(false);
	expect(isServedBy({ isInstalled: false, isOn: true }, 'yaml')).toBe(false);
	expect(isServedBy({ isInstalled: true, isOn: true }, 'plaintext')).toBe(false);
});

test('what only we know is always said', () => {
	expect(isSchemaProblem('config.unknown-field-closest')).toBe(true);
	expect(isSchemaProblem('config.literal-escape')).toBe(false);
	expect(isSchemaProblem('config.unknown-preset-closest')).toBe(false);
	expect(isSchemaProblem('language.unknown-name')).toBe(false);
});

test('the schema that is contributed is the one that we serve', () => {
	const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
	const { contributes } = read('package.json') as { contributes: { yamlValidation: unknown } };
	expect(contributes.yamlValidation).toEqual([{ fileMatch: '*.eval.yaml', url: './schemas/eval.schema.json' }]);
	expect(read('schemas/eval.schema.json')).toEqual(JSON.parse(JSON.stringify(evaluationJsonSchema())));
});
