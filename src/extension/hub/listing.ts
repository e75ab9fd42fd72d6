import type { Page } from '../../hub/connection';
import { CancellationSource, type CancellationToken, Cancelled } from '../../protocol/cancellation';
import { EventSource } from '../../protocol/event';

/** Where a listing stands. `failed`: what was loaded before stays, and the same page can be asked for again. */
export type ListingState =
	| { readonly kind: 'empty' | 'loading' | 'loaded' }
	| { readonly kind: 'failed'; readonly error: unknown };

/**
 * A search whose pages are asked for one after the other. A new search forgets the old one, and what still arrives of it
 * is dropped; so is what a later page repeats, since the Hub's lists move while they are read.
 */
export class Listing<T extends { readonly id: string }> {
	readonly #changed = new EventSource<void>();
	#items: T[] = [];
	#next: string | null = null;
	#state: ListingState = { kind: 'empty' };
	#underWay: { readonly cancel: CancellationSource; readonly done: Promise<void> } | null = null;

	readonly onDidChange = this.#changed.event;

	constructor(private readonly fetchPage: (next: string | null, token: CancellationToken) => Promise<Page<T>>) {}

	get items(): readonly T[] {
		return this.#items;
	}

	get state(): ListingState {
		return this.#state;
	}

	/** There are more pages, or the next one failed. */
	get hasMore(): boolean {
		return this.#next !== null;
	}

	/** Begins anew: for another query, or to look again. */
	restart(): void {
		this.#underWay?.cancel.cancel();
		this.#underWay = null;
		this.#items = [];
		this.#next = null;
		this.#set({ kind: 'empty' });
	}

	/** Loads the first page, unless it is there; never rejects, `state` tells. */
	async first(): Promise<void> {
		if (this.#state.kind === 'empty' || (this.#state.kind === 'failed' && this.#items.length === 0)) {
			await this.#load(null);
		} else {
			await this.#underWay?.done;
		}
	}

	/** Loads the page after those that are there, or the one that failed. */
	async more(): Promise<void> {
		if (this.#underWay) {
			await this.#underWay.done;
		} else if (this.#next !== null) {
			await this.#load(this.#next);
		} else {
			await this.first();
		}
	}

	cancel(): void {
		this.#underWay?.cancel.cancel();
	}

	async #load(next: string | null): Promise<void> {
		if (this.#underWay) {
			return this.#underWay.done;
		}
		const cancel = new CancellationSource();
		const done = this.#fetch(next, cancel);
		this.#underWay = { cancel, done };
		this.#set({ kind: 'loading' });
		return done;
	}

	async #fetch(next: string | null, cancel: CancellationSource): Promise<void> {
		const isOurs = () => this.#underWay?.cancel === cancel;
		try {
			// The first await lets the caller note what is under way.
			const page = await Promise.resolve().then(() => orCancelled(this.fetchPage(next, cancel.token), cancel));
			if (isOurs()) {
				const known = new Set(this.#items.map(({ id }) => id));
				for (const item of page.items) {
					if (!known.has(item.id)) {
						known.add(item.id);
						this.#items.push(item);
					}
				}
				this.#next = page.next;
				this.#underWay = null;
				this.#set({ kind: 'loaded' });
			}
		} catch (error) {
			if (isOurs()) {
				this.#underWay = null;
				this.#set({ kind: 'failed', error });
			}
		}
	}

	#set(state: ListingState): void {
		this.#state = state;
		this.#changed.fire();
	}
}

/** Ends with the cancellation, also where the work would not. */
export function orCancelled<T>(work: Promise<T>, { token }: CancellationSource): Promise<T> {
	return new Promise((resolve, reject) => {
		const listening = token.onCancellationRequested(() => reject(new Cancelled()));
		work.then(resolve, reject).finally(() => listening.dispose());
	});
}
