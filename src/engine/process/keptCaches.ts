import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Past } from './decoder';

/** Given up memory that may wait for the garbage collector, in bytes. */
const mayWait = 64 * 1024 * 1024;

/**
 * Key-value caches under numbers. Their memory lies outside of JavaScript's heap, where it does not hurry the garbage
 * collector: it is called when much was given up, else gigabytes would pile up.
 */
export class KeptCaches {
	readonly #kept = new Map<number, Past>();
	#givenUp = 0;

	constructor(private readonly bytesPerToken: number) {}

	/** @throws where nothing is kept under the number, which is a mistake of the plan. */
	get(id: number): Past {
		const past = this.#kept.get(id);
		if (!past) {
			throw new Error(`no cache is kept under ${id}`);
		}
		return past;
	}

	keep(id: number, past: Past): void {
		this.#kept.set(id, past);
	}

	forget(ids: readonly number[]): void {
		for (const id of ids) {
			this.#givenUp += (this.#kept.get(id)?.length ?? 0) * this.bytesPerToken;
			this.#kept.delete(id);
		}
	}

	/** Tells of memory that a forward took and nobody holds any more. */
	took(bytes: number): void {
		this.#givenUp += bytes;
	}

	/** To be called between forwards. */
	collect(): void {
		if (this.#givenUp > mayWait) {
			this.#givenUp = 0;
			collectGarbage();
		}
	}
}

let exposed: (() => void) | undefined;

function collectGarbage(): void {
	if (!exposed) {
		setFlagsFromString('--expose-gc');
		// Only a new context sees the function that the flag exposes.
		exposed = runInNewContext('gc') as () => void;
	}
	exposed();
}
