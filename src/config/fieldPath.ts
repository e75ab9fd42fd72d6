import { ancestry, parentsOf } from './inheritance';
import type { FieldPath } from './problem';
import type { EvaluationFile } from './schema';

/**
 * Where the value of a task field that a variant uses is written: in the variant, in one that it extends, at the top of
 * the file; else, where a preset or a default decides, the variant itself.
 */
export function fieldPath(file: EvaluationFile, variant: string, field: string): FieldPath {
	const variants = file.variants ?? new Map<string, unknown>();
	const { chain, preset } = ancestry(variant, parentsOf(variants));
	const owner = chain.find(name => has(variants.get(name), field));
	if (owner !== undefined) {
		return ['variants', owner, field];
	}
	// A preset owns its fields; the number of shots alone the file may set over it.
	if ((preset === null || field === 'num_fewshot') && has(file, field)) {
		return [field];
	}
	return variants.has(variant) ? ['variants', variant] : [];
}

function has(fields: unknown, field: string): boolean {
	return typeof fields === 'object' && fields !== null && Reflect.get(fields, field) !== undefined;
}
