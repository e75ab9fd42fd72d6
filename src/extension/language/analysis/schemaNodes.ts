import { evaluationJsonSchema } from '../../../config/jsonSchema';
import type { FieldPath } from '../../../config/problem';

/** The parts of our JSON Schema that a skeleton is made from. */
interface SchemaNode {
	readonly default?: unknown;
	readonly examples?: readonly unknown[];
	readonly type?: string;
	readonly enum?: readonly unknown[];
	readonly minimum?: number;
	readonly required?: readonly string[];
	readonly properties?: Readonly<Record<string, SchemaNode>>;
	readonly additionalProperties?: SchemaNode | boolean;
	readonly items?: SchemaNode;
	readonly anyOf?: readonly SchemaNode[];
	readonly oneOf?: readonly SchemaNode[];
}

let known: SchemaNode | undefined;

function schema(): SchemaNode {
	known ??= evaluationJsonSchema();
	return known;
}

/** Every way in which the schema describes what stands at a path; more than one where it allows alternatives. */
function nodesAt(path: FieldPath): readonly SchemaNode[] {
	let nodes = alternatives(schema());
	for (const step of path) {
		nodes = nodes.flatMap(node => {
			const { properties = {}, additionalProperties, items } = node;
			const named = Object.hasOwn(properties, step) ? properties[step] : additionalProperties;
			const found = typeof step === 'number' ? items : named;
			return typeof found === 'object' ? alternatives(found) : [];
		});
	}
	return nodes;
}

function alternatives(node: SchemaNode): readonly SchemaNode[] {
	return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(alternatives)];
}

/** A value that the schema takes, as YAML in one line: something to write over. */
export function exampleValue(path: FieldPath): string {
	const nodes = nodesAt(path);
	const given = nodes.flatMap(node => [node.default, ...(node.examples ?? []), ...(node.enum ?? [])]);
	const value = given.find(one => one !== undefined);
	if (value !== undefined) {
		return JSON.stringify(value);
	}
	for (const { type, minimum } of nodes) {
		switch (type) {
			case 'string':
				return JSON.stringify('name');
			case 'integer':
			case 'number':
				return String(Math.max(minimum ?? 0, 1));
			case 'boolean':
				return 'false';
			case 'array':
				return '[]';
			case 'object':
				return '{}';
			default:
		}
	}
	return '""';
}
