import { expect, test } from 'vitest';
import type { RunProgress } from '../../run/progress';
import type { RunRecord } from '../../run/record';
import { type Execute, RunQueue } from './runQueue';

/** A worker whose runs end when the test says so. */
function worker() {
	const started: string[] = [];
	const ends = new Map<string, { end(): void; fail(error: Error): void }>();
	const execute: Execute = ({ file }, { token, onStart }) => {
		started.push(file);
		// The queue hands the record on without looking into it.
		const record = { id: file } as unknown as RunRecord;
		onStart(`/runs/${file}`, record);
		return new Promise((resolve, reject) => {
			const end = () => resolve({ dir: `/runs/${file}`, record });
			ends.set(file, { end, fail: reject });
			token.onCancellationRequested(end);
		});
	};
	return { started, ends, execute };
}

const request = (file: string) => ({ file, name: file });

test('one run at a time, in the order asked for', async () => {
	const { started, ends, execute } = worker();
	const queue = new RunQueue(execute);
	const first = queue.add(request('a'));
	const second = queue.add(request('b'));
	expect(started).toEqual(['a']);
	expect(queue.runs.map(run => [run.request.file, run.state, run.dir])).toEqual([
		['a', 'running', '/runs/a'],
		['b', 'queued', null],
	]);
	ends.get('a')?.end();
	await first;
	expect(started).toEqual(['a', 'b']);
	expect(queue.in('/runs/b')?.state).toBe('running');
	ends.get('b')?.end();
	expect((await second).result?.dir).toBe('/runs/b');
	expect(queue.runs).toEqual([]);
});

test('a waiting run that is cancelled never begins', async () => {
	const { started, ends, execute } = worker();
	const queue = new RunQueue(execute);
	const first = queue.add(request('a'));
	const second = queue.add(request('b'));
	queue.runs[1]?.cancel();
	expect(await second).toEqual({ request: request('b'), result: null, error: undefined });
	ends.get('a')?.end();
	await first;
	expect(started).toEqual(['a']);
});

test('cancelling reaches the running one; the next begins', async () => {
	const { started, execute } = worker();
	const queue = new RunQueue(execute);
	const first = queue.add(request('a'));
	void queue.add(request('b'));
	queue.runs[0]?.cancel();
	expect((await first).result?.dir).toBe('/runs/a');
	expect(started).toEqual(['a', 'b']);
});

test('a run that throws ends with its error and does not stop the queue', async () => {
	const { started, ends, execute } = worker();
	const queue = new RunQueue(execute);
	const ended: unknown[] = [];
	queue.onDidEnd(run => ended.push(run.error));
	const first = queue.add(request('a'));
	void queue.add(request('b'));
	const error = new Error('no model');
	ends.get('a')?.fail(error);
	expect((await first).error).toBe(error);
	expect(ended).toEqual([error]);
	expect(started).toEqual(['a', 'b']);
});

test('cancelling all leaves nothing to begin', async () => {
	const { started, execute } = worker();
	const queue = new RunQueue(execute);
	const all = [queue.add(request('a')), queue.add(request('b')), queue.add(request('c'))];
	queue.cancelAll();
	await Promise.all(all);
	expect(started).toEqual(['a']);
	expect(queue.runs).toEqual([]);
});

test('a window that closes ends what it computes itself, and leaves what a server does', async () => {
	const models = [
		{ name: 'own', launch: null },
		{ name: 'served', launch: { kind: 'ssh', host: 'gpu', command: 'serve', port: 1 } },
	];
	const closed = async (model: string | null) => {
		const { started, execute } = worker();
		const cancelled: string[] = [];
		const queue = new RunQueue((request, observe) => {
			observe.token.onCancellationRequested(() => cancelled.push(request.file));
			const running = execute(request, observe);
			// The queue looks at what a run is at, and at nothing else.
			observe.onStart(request.file, { evaluation: { models } } as unknown as RunRecord);
			observe.onProgress({ phase: 'scoring', model } as RunProgress);
			return running;
		});
		void queue.add(request('a'));
		const waiting = queue.add(request('b'));
		queue.leave();
		expect((await waiting).result).toBeNull();
		expect(started).toEqual(['a']);
		return cancelled;
	};
	expect(await closed('own')).toEqual(['a']);
	expect(await closed(null)).toEqual(['a']);
	expect(await closed('served')).toEqual([]);
});
