import { PythonFunction } from './taskYaml';

/** Whether two values of YAML say the same; the order of keys does not count. What an included file says is one object. */
export function isEqual(a: unknown, b: unknown): boolean {
	return a === b || canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
	if (value instanceof Map) {
		const entries = [...value].map(([key, entry]) => `${JSON.stringify(String(key))}:${canonical(entry)}`);
		return `{${entries.sort().join()}}`;
	}
	if (Array.isArray(value)) {
		return `[${value.map(entry => canonical(entry)).join()}]`;
	}
	return value instanceof PythonFunction ? `function ${value.name}` : JSON.stringify(value ?? null);
}
