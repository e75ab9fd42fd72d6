import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CancellationSource, Cancelled } from './cancellation';
import { Channel, type Handlers, type Port } from './channel';
import { EventSource } from './event';
import { Failure, inputFailure } from './failure';

interface Server {
	requests: {
		double: { params: number; result: number };
		fail: { params: string; result: never };
		wait: { params: null; result: null };
	};
	events: { tick: number };
}
interface Client {
	requests: Record<never, never>;
	events: { hello: string };
}

/** Two ports that hand each other structured clones, later, as processes do. */
function pipe(): [Port, Port] {
	const sources = [new EventSource<unknown>(), new EventSource<unknown>()] as const;
	const port = (own: EventSource<unknown>, other: EventSource<unknown>): Port => ({
		post: value => {
			const copy = structuredClone(value);
			queueMicrotask(() => other.fire(copy));
		},
		onMessage: own.event,
	});
	return [port(sources[0], sources[1]), port(sources[1], sources[0])];
}

function connect(handlers: Partial<Handlers<Server>> = {}) {
	const [a, b] = pipe();
	const server = new Channel<Server, Client>(a, {
		double: async n => 2 * n,
		fail: async text => {
			throw text === 'failure' ? inputFailure('run.unknown-example', { key: 'test/1' }) : new Error(text);
		},
		wait: (_, token) => new Promise((_resolve, reject) => token.onCancellationRequested(() => reject(new Cancelled()))),
		...handlers,
	});
	return { server, client: new Channel<Client, Server>(b, {}) };
}

describe('Channel', () => {
	it('answers every request with its own result, whatever the order', async () => {
		const slow = connect({
			double: async n => {
				await new Promise(resolve => setTimeout(resolve, (7 * n) % 5));
				return 2 * n;
			},
		});
		await fc.assert(
			fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 20 }), async numbers => {
				const answers = await Promise.all(numbers.map(n => slow.client.request('double', n)));
				expect(answers).toEqual(numbers.map(n => 2 * n));
			}),
			{ numRuns: 20 },
		);
	});

	it('carries failures with code and parameters, and bugs with their text', async () => {
		const { client } = connect();
		const failure = await client.request('fail', 'failure').catch((e: unknown) => e);
		expect(failure).toBeInstanceOf(Failure);
		expect(failure).toMatchObject({
			kind: 'input',
			reason: { code: 'run.unknown-example', params: { key: 'test/1' } },
		});
		await expect(client.request('fail', 'a bug')).rejects.toThrow('a bug');
	});

	it('rejects what is not served instead of leaving it unanswered', async () => {
		const { client } = connect();
		const unknown = client as unknown as Channel<
			Client,
			{ requests: { nope: { params: 1; result: 1 } }; events: Record<never, never> }
		>;
		await expect(unknown.request('nope', 1)).rejects.toThrow('nope');
		const inherited = client as unknown as Channel<
			Client,
			{ requests: { toString: { params: 1; result: 1 } }; events: Record<never, never> }
		>;
		await expect(inherited.request('toString', 1)).rejects.toThrow('toString');
	});

	it('cancels on both sides', async () => {
		let cancelledThere = false;
		const { client } = connect({
			wait: (_, token) =>
				new Promise((_resolve, reject) =>
					token.onCancellationRequested(() => {
						cancelledThere = true;
						reject(new Cancelled());
					}),
				),
		});
		const source = new CancellationSource();
		const waiting = client.request('wait', null, { token: source.token });
		await Promise.resolve();
		source.cancel();
		await expect(waiting).rejects.toBeInstanceOf(Cancelled);
		await new Promise(resolve => setTimeout(resolve));
		expect(cancelledThere).toBe(true);
	});

	it('rejects what is pending when it is disposed, and everything after', async () => {
		const { client } = connect();
		const waiting = client.request('wait', null);
		client.dispose(new Error('gone'));
		await expect(waiting).rejects.toThrow('gone');
		await expect(client.request('double', 1)).rejects.toThrow('gone');
	});

	it('tells events to those who listen, until they stop', async () => {
		const { server, client } = connect();
		const heard: number[] = [];
		const listening = client.on('tick', n => heard.push(n));
		server.fire('tick', 1);
		await Promise.resolve();
		listening.dispose();
		server.fire('tick', 2);
		await Promise.resolve();
		expect(heard).toEqual([1]);
	});
});
