// A peer as a contestant: a Python process with its weights loaded that scores once for every line it is sent.
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Where `install.sh` puts them. */
export const peersFolder = process.env.EVAL_LENS_PEERS ?? path.join(homedir(), '.cache', 'eval-lens-peers');

/**
 * Starts a script of this folder and waits until its weights are loaded. `score()` asks for one repetition and
 * resolves to `{ seconds, cpu_seconds, tokens, logprobs }`; `end()` waits for the process to go.
 */
export async function startPeer(python, script, args) {
	const child = spawn(python, [script, ...args, '--wait'], { stdio: ['pipe', 'pipe', 'pipe'] });
	let complaint = '';
	child.stderr.setEncoding('utf8').on('data', text => {
		complaint = (complaint + text).slice(-2000);
	});
	const ended = new Promise(resolve => child.once('close', (code, signal) => resolve(signal ?? code)));
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const next = async () => {
		const { value, done } = await lines.next();
		if (done) {
			throw new Error(`it ended with ${await ended}: ${complaint.trim().split('\n').slice(-3).join(' / ')}`);
		}
		return JSON.parse(value);
	};
	// A peer that died is told by `next`, not by the pipe to it.
	child.stdin.on('error', () => {});
	const about = await next();
	return {
		about,
		score: () => {
			child.stdin.write('\n');
			return next();
		},
		end: async () => {
			child.stdin.end();
			await ended;
		},
	};
}
