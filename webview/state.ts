import { type ReadonlySignal, signal } from '@preact/signals';
import { Cancelled } from '../src/protocol/cancellation';

/** Something asked for across a boundary. What was known before stays in view while it is asked for again. */
export type Loadable<T> =
	| { readonly state: 'loading'; readonly previous: T | null }
	| { readonly state: 'loaded'; readonly value: T }
	| { readonly state: 'failed'; readonly error: unknown };

/** The newest value there is, be it old. */
export function latest<T>(loadable: Loadable<T> | null): T | null {
	switch (loadable?.state) {
		case 'loaded':
			return loadable.value;
		case 'loading':
			return loadable.previous;
		default:
			return null;
	}
}

export interface Resource<T> {
	readonly current: ReadonlySignal<Loadable<T> | null>;
	/** Asks; an answer to an earlier question is no longer wanted. `keep`: the old value stays until the new one is there. */
	load(ask: () => Promise<T>, options?: { readonly keep: boolean }): Promise<void>;
	/** Asks the last question once more. */
	reload(): Promise<void>;
	clear(): void;
}

export function resource<T>(): Resource<T> {
	const current = signal<Loadable<T> | null>(null);
	let question = 0;
	let lastAsk: (() => Promise<T>) | null = null;

	async function load(ask: () => Promise<T>, { keep } = { keep: false }): Promise<void> {
		const mine = ++question;
		lastAsk = ask;
		current.value = { state: 'loading', previous: keep ? latest(current.peek()) : null };
		let answer: Loadable<T>;
		try {
			answer = { state: 'loaded', value: await ask() };
		} catch (error) {
			if (error instanceof Cancelled) {
				return;
			}
			answer = { state: 'failed', error };
		}
		if (mine === question) {
			current.value = answer;
		}
	}

	return {
		current,
		load,
		reload: () => (lastAsk ? load(lastAsk, { keep: true }) : Promise.resolve()),
		clear() {
			question++;
			lastAsk = null;
			current.value = null;
		},
	};
}

/** Where a view keeps what it must know again after a reload: JSON. */
export interface StateStore {
	read(): unknown;
	write(state: unknown): void;
}

/** A member of what was stored, where it is of the type wanted: a stored state may be another version's. */
export function storedMember<T, U>(
	stored: unknown,
	name: string,
	is: (value: unknown) => value is T,
	otherwise: U,
): T | U {
	if (typeof stored !== 'object' || stored === null || !Object.hasOwn(stored, name)) {
		return otherwise;
	}
	// Object.hasOwn has just seen the member.
	const value = (stored as Record<string, unknown>)[name];
	return is(value) ? value : otherwise;
}

export const isString = (value: unknown): value is string => typeof value === 'string';
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
export const isFraction = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;
