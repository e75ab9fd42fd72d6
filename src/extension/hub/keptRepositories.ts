import { EventSource } from '../../protocol/event';

/** Structurally vscode.Memento. */
export interface Store {
	get(key: string): unknown;
	update(key: string, value: unknown): Thenable<void>;
}

const mostRecent = 8;

/** Pinned repositories, and those that were looked at last; ids, remembered under `key`. */
export class KeptRepositories {
	readonly #changed = new EventSource<void>();

	readonly onDidChange = this.#changed.event;

	constructor(
		private readonly store: Store,
		private readonly key: string,
	) {}

	/** In the order of pinning. */
	get pinned(): readonly string[] {
		return this.#read('pinned');
	}

	/** Last first; pinned ones are not among them. */
	get recent(): readonly string[] {
		const pinned = new Set(this.pinned);
		return this.#read('recent').filter(id => !pinned.has(id));
	}

	pin(id: string): void {
		if (!this.pinned.includes(id)) {
			this.#pin([...this.pinned, id]);
		}
	}

	unpin(id: string): void {
		this.#pin(this.pinned.filter(other => other !== id));
	}

	/** Tells nobody: a list must not move under the pointer of whoever opens a row of it. */
	looked(id: string): void {
		const recent = this.#read('recent').filter(other => other !== id);
		void this.store.update(`${this.key}.recent`, [id, ...recent].slice(0, mostRecent));
	}

	/** What an older version, or another program, left there may be anything. */
	#read(list: string): readonly string[] {
		const value = this.store.get(`${this.key}.${list}`);
		return Array.isArray(value) ? [...new Set(value.filter(id => typeof id === 'string'))] : [];
	}

	#pin(ids: readonly string[]): void {
		void this.store.update(`${this.key}.pinned`, ids);
		this.#changed.fire();
	}
}
