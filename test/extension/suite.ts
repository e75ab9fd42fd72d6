import assert from 'node:assert/strict';
import * as vscode from 'vscode';

interface Case {
	readonly name: string;
	readonly trusted: boolean;
	readonly body: () => Promise<void>;
}

const cases: Case[] = [];

/** A test inside the extension host. They run one after the other, in the order of files and lines. */
export function test(name: string, body: () => Promise<void>): void {
	cases.push({ name, trusted: true, body });
}

/** A test in Restricted Mode. */
export function restrictedTest(name: string, body: () => Promise<void>): void {
	cases.push({ name, trusted: false, body });
}

/** Called by VS Code; a rejection fails the suite. The last line is read by whoever adds up the suites. */
export async function run(): Promise<void> {
	const failed: string[] = [];
	// The runner starts a host for each of the two; together they run every test.
	const suitable = cases.filter(({ trusted }) => trusted === vscode.workspace.isTrusted);
	for (const { name, body } of suitable) {
		const start = performance.now();
		try {
			await body();
			console.log(`✓ ${name} (${Math.round(performance.now() - start)} ms)`);
		} catch (error) {
			failed.push(name);
			console.log(`✗ ${name}\n${error instanceof Error ? error.stack : String(error)}`);
		}
	}
	console.log(`${suitable.length - failed.length} passed, ${failed.length} failed, 0 skipped`);
	assert.notEqual(suitable.length, 0, 'no test ran');
	assert.deepEqual(failed, []);
}

/** Waits for a state, never for a time alone: test machines are busy. */
export async function until<T>(
	what: string,
	probe: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
	const end = Date.now() + 60_000;
	for (;;) {
		const value = await probe();
		if (value !== undefined && value !== false) {
			return value;
		}
		if (Date.now() > end) {
			throw new Error(`waited a minute for ${what}`);
		}
		await new Promise(resolve => setTimeout(resolve, 50));
	}
}
