export interface Disposable {
	dispose(): void;
}

/** Structurally vscode.Event, so that both sides of the border speak of the same thing. */
export type Event<T> = (listener: (value: T) => unknown) => Disposable;

/** The firing side of an event. Listeners added while firing hear the next value only. */
export class EventSource<T> implements Disposable {
	readonly #listeners = new Set<(value: T) => unknown>();

	readonly event: Event<T> = listener => {
		const own = (value: T) => listener(value);
		this.#listeners.add(own);
		return { dispose: () => void this.#listeners.delete(own) };
	};

	fire(value: T): void {
		for (const listener of [...this.#listeners]) {
			listener(value);
		}
	}

	dispose(): void {
		this.#listeners.clear();
	}
}
