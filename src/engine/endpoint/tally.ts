import type { Usage } from './route';
import type { RetryCause } from './serverClient';

/** What a server was asked, prompts that it was looked at with among it, and what it took. */
export interface EndpointCounts {
	readonly requests: number;
	readonly retries: Readonly<Record<RetryCause, number>>;
	readonly tokens_in: number;
	readonly tokens_out: number;
	/** Of `tokens_in`, from the server's own cache; null: it does not tell. */
	readonly cached: number | null;
	/** Requests under way at a time, at most. */
	readonly at_once: number;
}

/** Counts what went over the wire. */
export class Tally {
	#requests = 0;
	#tokensIn = 0;
	#tokensOut = 0;
	#cached: number | null = null;
	#breaksSeen = 0;
	#underWay = 0;
	#atOnce = 0;
	readonly #retries: Record<RetryCause, number> = { busy: 0, 'server-error': 0, broken: 0, timeout: 0, malformed: 0 };
	onBusy = () => {};

	/** Whether the server may have gone since the last look, and come back as another one. */
	get mayBeOther(): boolean {
		return this.#breaks !== this.#breaksSeen;
	}

	/** The server was looked at, and is the same. */
	looked(): void {
		this.#breaksSeen = this.#breaks;
	}

	get #breaks(): number {
		return this.#retries.broken + this.#retries['server-error'] + this.#retries.timeout;
	}

	get counts(): EndpointCounts {
		return {
			requests: this.#requests,
			retries: { ...this.#retries },
			tokens_in: this.#tokensIn,
			tokens_out: this.#tokensOut,
			cached: this.#cached,
			at_once: this.#atOnce,
		};
	}

	retry(cause: RetryCause): void {
		this.#retries[cause]++;
		// What is not answered in time may have waited behind the others: a server need not say that it has too many.
		if (cause === 'busy' || cause === 'timeout') {
			this.onBusy();
		}
	}

	add({ prompt, cached, written }: Usage): void {
		this.#requests++;
		this.#tokensIn += prompt ?? 0;
		this.#tokensOut += written;
		this.#cached = cached === null ? this.#cached : (this.#cached ?? 0) + cached;
	}

	/** Counts a request that is under way until the work is done. */
	async during<T>(work: Promise<T>): Promise<T> {
		this.#underWay++;
		this.#atOnce = Math.max(this.#atOnce, this.#underWay);
		try {
			return await work;
		} finally {
			this.#underWay--;
		}
	}
}

/** Of two sittings together. */
export function plusCounts(a: EndpointCounts, b: EndpointCounts): EndpointCounts {
	const causes = Object.keys(a.retries) as RetryCause[]; // Object.keys forgets what it lists
	const retries = { ...a.retries };
	for (const cause of causes) {
		retries[cause] += b.retries[cause];
	}
	return {
		requests: a.requests + b.requests,
		retries,
		tokens_in: a.tokens_in + b.tokens_in,
		tokens_out: a.tokens_out + b.tokens_out,
		cached: a.cached === null && b.cached === null ? null : (a.cached ?? 0) + (b.cached ?? 0),
		at_once: Math.max(a.at_once, b.at_once),
	};
}
