import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Launch, LaunchKind } from '../../src/config/launch';
import type { Launcher, LaunchRequest } from '../../src/launch/contract';
import { freePort } from '../../src/launch/freePort';
import { CancellationSource, Cancelled, neverCancelled } from '../../src/protocol/cancellation';
import { messageText } from '../../src/protocol/messages';
import { eventually, isThere } from './eventually';
import { hasLlamaServer, llamaServer } from './llamaServer';
import { askSmallServer, smallServer } from './smallServer';

/** What a suite needs of a launcher whose jobs run on this very computer, wherever it believes them to be. */
export interface LauncherUnderTest<K extends LaunchKind, H> {
	readonly launcher: () => Launcher<K, H>;
	readonly launch: (command: string, port: number) => Extract<Launch, { kind: K }>;
	/** Whether the port is chosen by whom writes the launch. */
	readonly choosesPort: boolean;
}

let jobs = 0;

/** A label that no job has. */
function newLabel(): string {
	jobs++;
	return `test-${process.pid}-${jobs}-${Date.now().toString(36)}`;
}

const served = { name: 'small', id: 'org/small model’s', revision: "it's $(a) commit", dtype: null } as const;

export function requestOf<K extends LaunchKind>(launch: LaunchRequest<K>['launch']): LaunchRequest<K> {
	return { label: newLabel(), launch, model: served };
}

/** The four verbs, as each launcher has to know them. */
export function launcherSuite<K extends LaunchKind, H>({
	launcher,
	launch,
	choosesPort,
}: LauncherUnderTest<K, H>): void {
	const request = async (...act: readonly string[]) => requestOf(launch(smallServer(...act), await freePort()));
	const stateOf = async (job: H) => (await launcher().status(job, neverCancelled)).state;
	const running = (job: H) =>
		eventually(
			() => stateOf(job),
			state => state === 'running',
		);

	// Only Linux tells of processes that left.
	const apart = process.platform === 'linux' ? ['apart'] : [];

	test('starts a server, reaches it, and ends it with all that it started', async () => {
		const asked = await request(...apart);
		const job = await launcher().start(asked, neverCancelled);
		try {
			await running(job);
			// As it comes back from the run folder, in another process.
			const again: H = JSON.parse(JSON.stringify(job));
			const reached = await launcher().reach(again, neverCancelled);
			const answer = await askSmallServer(reached.url);
			reached.dispose();
			expect(answer).toMatchObject({ model: served.id, revision: served.revision });
			expect(answer.processes).toHaveLength(1 + apart.length);
			await launcher().stop(again);
			const left = await Promise.all(answer.processes.map(isThere));
			expect(left).not.toContain(true);
			expect(await stateOf(job)).toBe('ended');
			// One that is over is no error.
			await launcher().stop(job);
		} finally {
			await launcher().stop(job);
		}
	});

	test('tells how a command ended, with its last words', async () => {
		const job = await launcher().start(await request('exit', '7'), neverCancelled);
		const { detail } = await eventually(
			() => launcher().status(job, neverCancelled),
			({ state }) => state === 'ended',
		);
		expect(detail && messageText(detail)).toContain('7');
		expect(detail && messageText(detail)).toContain('CUDA error: out of memory');
	});

	test('hands on the log from its beginning to its end', async () => {
		const job = await launcher().start(await request(), neverCancelled);
		const lines: string[] = [];
		try {
			await running(job);
			const all = launcher().logs(job, line => lines.push(line), neverCancelled);
			await eventually(
				() => lines.length,
				length => length > 0,
			);
			const reached = await launcher().reach(job, neverCancelled);
			await askSmallServer(reached.url);
			reached.dispose();
			await eventually(() => lines.includes('asked for /hello'), Boolean);
			await launcher().stop(job);
			await all;
		} finally {
			await launcher().stop(job);
		}
		expect(lines.filter(line => /^(listens on \d+|asked for .*)$/.test(line))).toEqual([
			expect.stringContaining('listens'),
			'asked for /hello',
		]);
	});

	test('finds by its label a job whose start nobody could tell of', async () => {
		const asked = await request();
		expect(await launcher().find(asked, neverCancelled)).toBeNull();
		const job = await launcher().start(asked, neverCancelled);
		try {
			expect(await launcher().find(asked, neverCancelled)).toEqual(job);
			// Never a second one of the same label.
			await expect(launcher().start(asked, neverCancelled)).rejects.toMatchObject({
				reason: { code: expect.stringMatching(/^launch\.(label-used|port-taken)$/) },
			});
		} finally {
			await launcher().stop(job);
		}
		expect(await launcher().find(asked, neverCancelled)).toEqual(job);
		expect(await stateOf(job)).toBe('ended');
	});

	test('ends a server that does not want to end', async () => {
		const job = await launcher().start(await request('stubborn'), neverCancelled);
		try {
			await running(job);
		} finally {
			await launcher().stop(job);
		}
		expect(await stateOf(job)).toBe('ended');
	});

	const whereOthersListen = async () => {
		const other = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
		await once(other, 'listening');
		const address = other.address();
		const port = typeof address === 'object' && address ? address.port : 0;
		const asked = requestOf(launch(smallServer(), port));
		await expect(launcher().start(asked, neverCancelled)).rejects.toMatchObject({
			kind: 'input',
			reason: { code: 'launch.port-taken', params: { port } },
		});
		expect(await launcher().find(asked, neverCancelled)).toBeNull();
		other.close();
	};
	if (choosesPort) {
		test('does not start where somebody else listens', whereOthersListen);
	}

	test('stops following within a second', async () => {
		const job = await launcher().start(await request(), neverCancelled);
		try {
			const source = new CancellationSource();
			const logs = launcher().logs(job, () => {}, source.token);
			await setTimeout(500);
			const since = Date.now();
			source.cancel();
			await expect(logs).rejects.toBeInstanceOf(Cancelled);
			expect(Date.now() - since).toBeLessThan(1000);
		} finally {
			await launcher().stop(job);
		}
	});
}

/** A process that is none of a job’s. */
export function unrelatedProcess(): {
	readonly pid: number;
	readonly isThere: () => boolean;
	readonly end: () => void;
} {
	const child = spawn('sleep', ['600'], { stdio: 'ignore' });
	return {
		pid: child.pid ?? 0,
		isThere: () => child.exitCode === null && child.signalCode === null,
		end: () => child.kill('SIGKILL'),
	};
}

/** llama.cpp’s server with a real model, as a job that answers. */
export function llamaTest<K extends LaunchKind, H>({ launcher, launch }: LauncherUnderTest<K, H>): void {
	test.skipIf(!hasLlamaServer())('serves a real model', async () => {
		const job = await launcher().start(requestOf(launch(llamaServer(), await freePort())), neverCancelled);
		try {
			await eventually(
				() => launcher().status(job, neverCancelled),
				({ state }) => state === 'running',
				60,
			);
			const reached = await launcher().reach(job, neverCancelled);
			const ask = async () => {
				const answer = await fetch(`${reached.url}/v1/completions`, {
					method: 'POST',
					body: JSON.stringify({ prompt: 'The capital of France is', max_tokens: 1, temperature: 0 }),
				});
				return JSON.stringify(await answer.json());
			};
			// It listens before its model is loaded.
			await eventually(ask, answer => answer.includes(' Paris'), 60);
			reached.dispose();
		} finally {
			await launcher().stop(job);
		}
		expect((await launcher().status(job, neverCancelled)).state).toBe('ended');
	});
}
