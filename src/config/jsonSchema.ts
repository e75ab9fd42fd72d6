import * as z from 'zod';
import { evaluationSchema } from './schema';

/** The JSON Schema (draft 7, which YAML editors read) of an evaluation file, made from the schema that validates it. */
export function evaluationJsonSchema(): object {
	return { $id: 'eval.schema.json', ...toJsonSchema(evaluationSchema) };
}

function toJsonSchema(schema: z.core.$ZodType): z.core.JSONSchema.BaseSchema {
	return z.toJSONSchema(schema, {
		target: 'draft-7',
		io: 'input',
		unrepresentable: 'any',
		override: ({ zodSchema, jsonSchema }) => {
			// JSON Schema knows no Map: in a file it is an object with free keys.
			if (zodSchema instanceof z.ZodMap) {
				const { $schema: _, ...values } = toJsonSchema(zodSchema._zod.def.valueType);
				Object.assign(jsonSchema, { type: 'object', additionalProperties: values });
			}
			// The limit of JavaScript's whole numbers says nothing to a person who hovers.
			if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
				delete jsonSchema.maximum;
			}
		},
	});
}
