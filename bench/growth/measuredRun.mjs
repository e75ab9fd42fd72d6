// Runs of the command line, watched from outside: what they say they computed, and the memory they take.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const lookEvery = 50;

/** A run in the folder `out`: tokens, seconds by part, and the engine process' peak memory in bytes (null: not told here). */
export async function measuredRun(cli, file, out) {
	const { peak } = await watched([cli, 'run', file, '--no-cache', '--json', '--out', out]);
	const [model] = JSON.parse(readFileSync(path.join(out, 'run.json'), 'utf8')).models;
	return { tokens: model.tokens, seconds: model.seconds, peak };
}

/** What a run would take, by `run --plan`; nothing is computed but the steps that it measures. */
export async function plannedRun(cli, file) {
	const { stdout } = await watched([cli, 'run', file, '--no-cache', '--plan', '--json']);
	return JSON.parse(stdout).models[0];
}

function watched(args) {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
		let stdout = '';
		let complaint = '';
		let peak = null;
		child.stdout.setEncoding('utf8').on('data', text => {
			stdout += text;
		});
		child.stderr.setEncoding('utf8').on('data', text => {
			complaint = (complaint + text).slice(-2000);
		});
		const looking = setInterval(() => {
			const now = engineMemory(child.pid);
			peak = now === null ? peak : Math.max(peak ?? 0, now);
		}, lookEvery);
		child.once('error', reject);
		child.once('close', code => {
			clearInterval(looking);
			if (code === 0) {
				resolve({ stdout, peak });
			} else {
				reject(new Error(`eval-lens ${args[1]} ended with ${code}:\n${complaint}`));
			}
		});
	});
}

/** The greatest resident size so far of the process' child, which is the engine; null where /proc does not tell. */
function engineMemory(pid) {
	try {
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
		const sizes = children.map(child => /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1] ?? 0);
		return sizes.length > 0 ? Math.max(...sizes.map(Number)) * 1024 : null;
	} catch {
		// It has just ended, or there is no /proc.
		return null;
	}
}
