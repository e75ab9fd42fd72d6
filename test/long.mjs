// The tests that take long, in full; `npm test` takes a part of them.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(
	'npx',
	[
		'vitest',
		'run',
		...['resume', 'remote', 'plannedRun'].map(name => `test/run/${name}.test.ts`),
		'test/exactness.test.ts',
		'test/long',
	],
	{
		stdio: 'inherit',
		shell: process.platform === 'win32',
		env: { ...process.env, EVAL_LENS_LONG_TESTS: '1' },
	},
);
process.exitCode = status ?? 1;
