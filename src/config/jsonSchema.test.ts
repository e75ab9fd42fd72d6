import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { evaluationJsonSchema } from './jsonSchema';
import { presetNames } from './presets';

const committed = fileURLToPath(new URL('../../schemas/eval.schema.json', import.meta.url));
const regenerate = 'Run `npx vitest run src/config/jsonSchema.test.ts -u` and commit schemas/eval.schema.json.';

test('the committed JSON Schema is the one that the schema gives', async () => {
	const existed = existsSync(committed);
	const text = `${JSON.stringify(evaluationJsonSchema(), null, '\t')}\n`;
	await expect(text, regenerate).toMatchFileSnapshot(committed);
	expect(existed, `schemas/eval.schema.json was missing. ${regenerate}`).toBe(true);
});

/** All objects inside a JSON Schema that describe a value. */
function* subschemas(schema: unknown): Generator<Record<string, unknown>> {
	if (typeof schema !== 'object' || schema === null) {
		return;
	}
	// Anything but null with typeof object has properties by name.
	const members = schema as Record<string, unknown>;
	yield members;
	for (const member of Object.values(members)) {
		yield* subschemas(member);
	}
}

test('every field is described and no mapping is left open by accident', () => {
	const open: string[] = [];
	for (const schema of subschemas(evaluationJsonSchema())) {
		const { properties } = schema;
		if (schema.type === 'object' && schema.additionalProperties !== false) {
			open.push(String(schema.description ?? ''));
		}
		if (schema.type === 'object' && typeof properties === 'object' && properties !== null) {
			for (const [field, property] of Object.entries(properties)) {
				expect(property, field).toHaveProperty('description');
			}
		}
	}
	expect(open.map(text => text.split(' ').slice(0, 2).join(' '))).toEqual([
		'Keeps only',
		'Settings of',
		'The prompt',
		'Settings of',
	]);
});

test('presets are offered; for `extends` any other name is allowed', () => {
	const offers = [...subschemas(evaluationJsonSchema())].filter(schema => 'enum' in schema);
	expect(offers.filter(({ enum: values }) => JSON.stringify(values) === JSON.stringify(presetNames))).toHaveLength(2);
	const { extends: extended } = [...subschemas(evaluationJsonSchema())].find(s => 'extends' in s) ?? {};
	expect(extended).toMatchObject({ anyOf: [{ enum: presetNames }, { type: 'string' }] });
});
