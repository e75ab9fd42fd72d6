import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Reference data that is not part of the repository; tests that need it are skipped, saying so, where it is absent. */
export const shared = path.join(root, '..', 'shared');

export const dist = path.join(root, 'dist');
export const demoEvaluation = path.join(root, 'examples', 'mmlu-formats.eval.yaml');
export const demoModel = path.join(root, 'examples', 'demo-model');

/** Whether a file of the reference data is there; prints which one is missed. */
export function hasShared(...parts: string[]): boolean {
	const file = path.join(shared, ...parts);
	const found = existsSync(file);
	if (!found) {
		console.warn(`skipped: ${path.relative(root, file)} is not here`);
	}
	return found;
}
