import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** Asks again until an answer fits, for at most so many seconds; the last answer is then in the error. */
export async function eventually<T>(ask: () => Promise<T> | T, fits: (answer: T) => boolean, seconds = 30): Promise<T> {
	const until = Date.now() + seconds * 1000;
	for (;;) {
		const answer = await ask();
		if (fits(answer)) {
			return answer;
		}
		if (Date.now() > until) {
			throw new Error(`not within ${seconds} s; at last: ${JSON.stringify(answer)}`);
		}
		await setTimeout(100);
	}
}

/** Whether a process is there; a zombie is over. */
export async function isThere(pid: number): Promise<boolean> {
	try {
		if (process.platform !== 'linux') {
			return process.kill(pid, 0);
		}
		return !/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8'));
	} catch {
		return false;
	}
}
