// Runs the compiled integration tests in a real VS Code.
//
//   node test/vscode/runTest.mjs --tests dist/test/index.cjs --workspace test/fixtures/workspace
//
// The ordinary way is @vscode/test-electron: with VSCODE_PATH it takes an installed VS Code (the
// program itself, not the `code` script of the shell), else it downloads VSCODE_VERSION ("stable").
// With --server the same entry runs in the host that install.sh installs, which needs no download.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
	options: {
		tests: { type: 'string' },
		workspace: { type: 'string' },
		extension: { type: 'string', default: resolve(dirname(fileURLToPath(import.meta.url)), '../..') },
		restricted: { type: 'boolean', default: false },
		server: { type: 'boolean', default: false },
	},
});
if (!values.tests || !values.workspace) {
	console.error('usage: runTest.mjs --tests ENTRY --workspace FOLDER [--extension FOLDER] [--restricted] [--server]');
	process.exit(2);
}
if (values.restricted && !values.server) {
	console.error('--restricted needs --server: @vscode/test-electron always switches workspace trust off');
	process.exit(2);
}
const extension = resolve(values.extension);
const testsEntry = resolve(values.tests);

const scratch = await mkdtemp(join(tmpdir(), 'eval-lens-test-'));
try {
	// Tests write into their workspace, and the next run must find it as it was.
	const workspace = join(scratch, 'workspace');
	await cp(values.workspace, workspace, { recursive: true });
	process.exitCode = await (values.server ? inServer(workspace) : inDesktop(workspace));
} finally {
	await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
}

/** @param {string} workspace */
async function inServer(workspace) {
	const { startTestServer } = await import('./host.mjs');
	return startTestServer({ workspace, extension, testsEntry, trust: !values.restricted });
}

/** @param {string} workspace */
async function inDesktop(workspace) {
	const { runTests, TestRunFailedError } = await import('@vscode/test-electron');
	// Set in the terminals of VS Code, where it would start VS Code as a plain Node.
	delete process.env.ELECTRON_RUN_AS_NODE;
	const { VSCODE_PATH, VSCODE_VERSION } = process.env;
	try {
		return await runTests({
			...(VSCODE_PATH ? { vscodeExecutablePath: VSCODE_PATH } : { version: VSCODE_VERSION || 'stable' }),
			extensionDevelopmentPath: extension,
			extensionTestsPath: testsEntry,
			launchArgs: [
				workspace,
				'--user-data-dir',
				join(scratch, 'user'),
				'--extensions-dir',
				join(scratch, 'extensions'),
			],
		});
	} catch (error) {
		// The tests have said what failed; a stack of the runner adds nothing.
		if (error instanceof TestRunFailedError) return error.code || 1;
		throw error;
	}
}
