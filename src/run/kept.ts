import { CancellationSource, type CancellationToken } from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';

/** The result of slow work, kept while the key of what it depends on stays the same. Failures are not kept. */
export class Kept<T> implements Disposable {
	#entry: { readonly key: string; readonly value: Promise<T>; readonly source: CancellationSource } | null = null;

	/** What is kept under the key, be it under way; otherwise cancels and forgets what there is and makes it anew. */
	get(key: string, make: (token: CancellationToken) => Promise<T>): Promise<T> {
		if (this.#entry?.key === key) {
			return this.#entry.value;
		}
		this.dispose();
		const source = new CancellationSource();
		const entry = { key, value: make(source.token), source };
		this.#entry = entry;
		entry.value.catch(() => {
			if (this.#entry === entry) {
				this.#entry = null;
			}
		});
		return entry.value;
	}

	/** Forgets it, and cancels it if it is under way. */
	dispose(): void {
		this.#entry?.source.cancel();
		this.#entry = null;
	}
}
