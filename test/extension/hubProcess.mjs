// The stand-in of the Hub in a process of its own, for suites that run inside VS Code.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { bundled } from './bundled.mjs';

/**
 * @param {{ slow?: boolean }} [options] slow: weights of models take a while, so that their progress can be seen
 * @returns {Promise<{ env: Record<string, string>, close(): Promise<void> }>} `env` leads a program to the stand-in, with a
 * cache of its own and a token that nobody has consented to.
 */
export async function startHub({ slow = false } = {}) {
	const outfile = await bundled('test/hub/serve.ts');
	const home = await mkdtemp(path.join(tmpdir(), 'eval-lens-hub-'));
	const child = spawn(process.execPath, [outfile, ...(slow ? ['--slow'] : [])], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const lines = createInterface({ input: child.stdout });
	const first = await new Promise((resolve, reject) => {
		lines.once('line', resolve);
		child.once('exit', code => reject(new Error(`the stand-in of the Hub ended with ${code}`)));
	});
	const env = { ...JSON.parse(first), HF_HOME: home, HF_TOKEN: 'hf_test_nogate' };
	return {
		env,
		async close() {
			child.kill();
			await rm(home, { recursive: true, force: true });
		},
	};
}
