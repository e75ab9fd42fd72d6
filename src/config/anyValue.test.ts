import { expect, test } from 'vitest';
import { messageText } from '../protocol/messages';
import { evaluationJsonSchema } from './jsonSchema';
import { readEvaluation } from './readEvaluation';

type Step = string | number;

/** The way to every field, list entry and free key that the schema knows. */
function* places(schema: unknown, way: readonly Step[] = []): Generator<readonly Step[]> {
	if (typeof schema !== 'object' || schema === null) {
		return;
	}
	if (way.length > 0) {
		yield way;
	}
	// A JSON Schema: what is no object in it is passed over above.
	const { properties, items, additionalProperties, anyOf } = schema as Record<string, object>;
	for (const [name, property] of Object.entries(properties ?? {})) {
		yield* places(property, [...way, name]);
	}
	yield* places(items, [...way, 0]);
	yield* places(additionalProperties, [...way, 'any']);
	for (const one of Object.values(anyOf ?? {})) {
		yield* places(one, way);
	}
}

/** The value there, and nothing beside it. */
function put([step, ...rest]: readonly Step[], value: unknown): unknown {
	const inner = rest.length > 0 ? put(rest, value) : value;
	return typeof step === 'number' ? [inner] : { [step ?? '']: inner };
}

const values = [null, true, 0, -1, 0.5, 1e300, '', ' ', 'a b', [], [null], [[]], {}, { a: null }, { '': {} }];
const all = [...new Map([...places(evaluationJsonSchema())].map(way => [JSON.stringify(way), way])).values()];

test('there are places of every depth', () => {
	expect(all.length).toBeGreaterThan(100);
	expect(all).toContainEqual(['models', 0, 'launch', 'hf_jobs', 'flavor']);
});

test.each(all.map(way => [way.join('.'), way] as const))(
	'%s may hold anything: it is refused with sentences, or read',
	async (_, way) => {
		for (const value of values) {
			// JSON is YAML.
			const text = JSON.stringify(put(way, value));
			const { problems } = await readEvaluation(text, { fileName: 'a.eval.yaml', files: { read: () => null } });
			for (const { message } of problems) {
				expect(messageText(message), text).not.toMatch(/undefined|\[object|NaN|Invalid input/);
			}
		}
	},
);
