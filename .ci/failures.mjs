// Prints the failed tests of vitest's JSON reports, each with the beginning of why.
//   node .ci/failures.mjs REPORT.json…
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Enough for an assertion with both sides, and where it stands. */
const lines = 12;

for (const file of process.argv.slice(2)) {
	for (const suite of readReport(file).testResults ?? []) {
		const failed = suite.assertionResults.filter(test => test.status === 'failed');
		const where = path.relative('.', suite.name);
		if (suite.status === 'failed' && failed.length === 0) {
			print(where, suite.message);
		}
		for (const test of failed) {
			print(`${where}: ${test.fullName}`, test.failureMessages.join('\n'));
		}
	}
}

function readReport(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch (error) {
		return { testResults: [{ name: file, status: 'failed', assertionResults: [], message: String(error) }] };
	}
}

function print(name, why) {
	console.log(`\n✗ ${name}`);
	for (const line of (why ?? '').split('\n').slice(0, lines)) {
		console.log(`  ${line.slice(0, 300)}`);
	}
}
