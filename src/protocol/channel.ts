import {
	CancellationSource,
	type CancellationToken,
	Cancelled,
	neverCancelled,
	throwIfCancelled,
} from './cancellation';
import { type Disposable, type Event, EventSource } from './event';
import { Failure, type FailureKind } from './failure';
import type { Message } from './messages';

/** One end of a pipe that carries structured-cloneable values in order: a child process, a webview, a worker. */
export interface Port {
	post(value: unknown): void;
	readonly onMessage: Event<unknown>;
}

/** What one side of a boundary can be asked, and what it tells without being asked. */
export interface Side {
	readonly requests: { readonly [method: string]: { readonly params: unknown; readonly result: unknown } };
	readonly events: { readonly [name: string]: unknown };
}

/** One handler for each request of a side; a missing or mistyped one does not compile. */
export type Handlers<S extends Side> = {
	readonly [M in keyof S['requests']]: (
		params: S['requests'][M]['params'],
		token: CancellationToken,
	) => Promise<S['requests'][M]['result']>;
};

export interface RequestOptions {
	readonly token?: CancellationToken;
}

type Frame =
	| { readonly t: 'request'; readonly id: number; readonly method: string; readonly params: unknown }
	| { readonly t: 'result'; readonly id: number; readonly result: unknown }
	| { readonly t: 'error'; readonly id: number; readonly error: WireError }
	| { readonly t: 'cancel'; readonly id: number }
	| { readonly t: 'event'; readonly name: string; readonly value: unknown };

type WireError =
	| { readonly is: 'failure'; readonly kind: FailureKind; readonly reason: Message }
	| { readonly is: 'cancelled' }
	| { readonly is: 'bug'; readonly text: string; readonly stack: string };

interface Pending {
	resolve(result: unknown): void;
	reject(error: Error): void;
}

/**
 * The same class on both sides of every boundary. `Mine` is what this side answers and tells, `Theirs` what the other does.
 * Every request is answered: with a result, an error or a cancellation; `dispose` rejects all that are pending.
 */
export class Channel<Mine extends Side, Theirs extends Side> implements Disposable {
	readonly #pending = new Map<number, Pending>();
	readonly #serving = new Map<number, CancellationSource>();
	readonly #events = new Map<PropertyKey, EventSource<unknown>>();
	readonly #subscription: Disposable;
	#nextId = 1;
	#closed: Error | undefined;

	constructor(
		private readonly port: Port,
		private readonly handlers: Handlers<Mine>,
	) {
		// The wire carries what the other Channel posted: both ends are ours, so a frame is trusted to be one.
		this.#subscription = port.onMessage(value => this.#receive(value as Frame));
	}

	request<M extends keyof Theirs['requests'] & string>(
		method: M,
		params: Theirs['requests'][M]['params'],
		{ token = neverCancelled }: RequestOptions = {},
	): Promise<Theirs['requests'][M]['result']> {
		if (this.#closed) {
			return Promise.reject(this.#closed);
		}
		const id = this.#nextId++;
		return new Promise((resolve, reject) => {
			throwIfCancelled(token);
			const onCancel = token.onCancellationRequested(() => {
				this.port.post({ t: 'cancel', id } satisfies Frame);
				settle(() => reject(new Cancelled()));
			});
			const settle = (how: () => void) => {
				this.#pending.delete(id);
				onCancel.dispose();
				how();
			};
			this.#pending.set(id, {
				resolve: result => settle(() => resolve(result)),
				reject: error => settle(() => reject(error)),
			});
			try {
				this.port.post({ t: 'request', id, method, params } satisfies Frame);
			} catch (error) {
				// Parameters that cannot be cloned: ours to hear of, not the other side's.
				settle(() => reject(error));
			}
		});
	}

	/** Tells the other side something that needs no answer. */
	fire<N extends keyof Mine['events'] & string>(name: N, value: Mine['events'][N]): void {
		if (!this.#closed) {
			this.port.post({ t: 'event', name, value } satisfies Frame);
		}
	}

	on<N extends keyof Theirs['events'] & string>(name: N, listener: (value: Theirs['events'][N]) => void): Disposable {
		let source = this.#events.get(name);
		if (!source) {
			source = new EventSource();
			this.#events.set(name, source);
		}
		// The frame's name chose the source, so its value is that event's.
		return source.event(value => listener(value as Theirs['events'][N]));
	}

	dispose(reason: Error = new Cancelled()): void {
		if (this.#closed) {
			return;
		}
		this.#closed = reason;
		this.#subscription.dispose();
		for (const source of this.#serving.values()) {
			source.cancel();
		}
		for (const pending of [...this.#pending.values()]) {
			pending.reject(reason);
		}
	}

	#receive(frame: Frame): void {
		switch (frame.t) {
			case 'request':
				void this.#serve(frame.id, frame.method, frame.params);
				return;
			case 'result':
				this.#pending.get(frame.id)?.resolve(frame.result);
				return;
			case 'error':
				this.#pending.get(frame.id)?.reject(fromWire(frame.error));
				return;
			case 'cancel':
				this.#serving.get(frame.id)?.cancel();
				return;
			case 'event':
				this.#events.get(frame.name)?.fire(frame.value);
		}
	}

	async #serve(id: number, method: string, params: unknown): Promise<void> {
		const source = new CancellationSource();
		this.#serving.set(id, source);
		let answer: Frame;
		try {
			const handler = Object.hasOwn(this.handlers, method) ? this.handlers[method] : undefined;
			if (!handler) {
				throw new Error(`no handler for ${method}`);
			}
			answer = { t: 'result', id, result: await handler(params, source.token) };
		} catch (error) {
			answer = { t: 'error', id, error: toWire(error) };
		}
		this.#serving.delete(id);
		if (this.#closed) {
			return;
		}
		try {
			this.port.post(answer);
		} catch (error) {
			this.port.post({ t: 'error', id, error: toWire(error) } satisfies Frame);
		}
	}
}

function toWire(error: unknown): WireError {
	if (error instanceof Failure) {
		return { is: 'failure', kind: error.kind, reason: error.reason };
	}
	if (error instanceof Cancelled) {
		return { is: 'cancelled' };
	}
	return error instanceof Error
		? { is: 'bug', text: error.message, stack: error.stack ?? '' }
		: { is: 'bug', text: String(error), stack: '' };
}

function fromWire(error: WireError): Error {
	switch (error.is) {
		case 'failure':
			return new Failure(error.kind, error.reason);
		case 'cancelled':
			return new Cancelled();
		case 'bug':
			return new Error(error.text, { cause: error.stack });
	}
}
