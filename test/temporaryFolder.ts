import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type afterAll, afterEach } from 'vitest';

/** Makes folders that are gone after the test, or after all tests of the suite. */
export function temporaryFolders(after: typeof afterEach | typeof afterAll = afterEach): () => string {
	const folders: string[] = [];
	after(() => {
		for (const folder of folders.splice(0)) {
			rmSync(folder, { recursive: true, force: true });
		}
	});
	return () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'eval-lens-test-'));
		folders.push(folder);
		return folder;
	};
}
