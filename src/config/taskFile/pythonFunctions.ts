import { schemaFindings } from '../findings';
import type { FieldPath, Finding } from '../problem';
import { harmlessFields, taskFileSchema } from './taskSchema';
import { PythonFunction } from './taskYaml';

/** A Python function in a field of a task. */
interface FunctionAt {
	readonly path: readonly [field: string, ...rest: FieldPath];
	readonly name: string;
}

export interface TakenFunctions {
	/** Whole, as they were. */
	readonly fields: ReadonlyMap<string, unknown>;
	readonly functions: readonly FunctionAt[];
}

/** Those of shots matter where there are any: `checkShots` looks at them. */
const inconsequential: ReadonlySet<string> = new Set([...harmlessFields, 'fewshot_config']);

/** Takes out the fields that hold Python functions. */
export function takeFunctions(written: Map<string, unknown>): TakenFunctions {
	const fields = new Map<string, unknown>();
	const functions: FunctionAt[] = [];
	for (const [field, value] of [...written]) {
		const held = inconsequential.has(field) ? [] : functionsIn(value);
		if (held.length > 0) {
			functions.push(...held.map(([rest, name]): FunctionAt => ({ path: [field, ...rest], name })));
			fields.set(field, value);
			written.delete(field);
		}
	}
	return { fields, functions };
}

/** What else is wrong with the fields that were taken out. */
export function findingsBeside({ fields, functions }: TakenFunctions): Finding[] {
	const findings = schemaFindings(taskFileSchema.safeParse(fields).error?.issues ?? [], fields);
	return findings.filter(({ path }) => !functions.some(at => isWithin(path, at.path) || isWithin(at.path, path)));
}

function isWithin(path: FieldPath, whole: FieldPath): boolean {
	return whole.every((step, i) => step === path[i]);
}

function functionsIn(value: unknown, path: FieldPath = []): readonly (readonly [FieldPath, string])[] {
	if (value instanceof PythonFunction) {
		return [[path, value.name]];
	}
	if (Array.isArray(value)) {
		return value.flatMap((entry, i) => functionsIn(entry, [...path, i]));
	}
	return value instanceof Map ? [...value].flatMap(([key, entry]) => functionsIn(entry, [...path, String(key)])) : [];
}
