// What runs leave in a folder, read as another program would.
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';

/** The newest run of an evaluation of a folder. */
export async function runOf(workspace, name) {
	const runs = path.join(workspace, '.evals', name);
	const [newest] = (await readdir(runs).catch(() => [])).sort().reverse();
	return newest && path.join(runs, newest);
}

export async function recordOf(workspace, name) {
	const dir = await runOf(workspace, name);
	return dir && JSON.parse(await readFile(path.join(dir, 'run.json'), 'utf8'));
}

export async function jobsOf(workspace, name) {
	return JSON.parse(await readFile(path.join(await runOf(workspace, name), 'jobs.json'), 'utf8')).jobs;
}

/** The samples that stand on whole lines. */
export async function samplesOf(workspace, name) {
	const file = path.join(await runOf(workspace, name), 'samples.jsonl');
	const text = await readFile(file, 'utf8').catch(() => '');
	return text
		.split('\n')
		.slice(0, -1)
		.map(line => JSON.parse(line));
}

export function freePort() {
	return new Promise((resolve, reject) => {
		const server = createServer().once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}
