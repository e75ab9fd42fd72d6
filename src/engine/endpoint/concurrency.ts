/** How many requests are under way at a time. */
export interface Concurrency {
	readonly limit: number;
	/** A request was answered. */
	succeeded(): void;
	/** The server asked for less. */
	refused(): void;
}

const most = 64;
const first = 8;

/**
 * One more after each full round of answers, half as many where the server asks for less, as TCP does: once for all that
 * were under way then. A server that tells how many requests it works on gets one more than that, so that it never waits.
 */
export function adaptiveConcurrency(slots: number | null): Concurrency {
	let limit = slots === null ? first : slots + 1;
	const ceiling = slots === null ? most : slots + 1;
	let answered = 0;
	/** Of those that were under way at the last refusal: what becomes of them says nothing new. */
	let told = 0;
	return {
		get limit() {
			return limit;
		},
		succeeded() {
			told = Math.max(0, told - 1);
			answered++;
			if (answered >= limit) {
				answered = 0;
				limit = Math.min(ceiling, limit + 1);
			}
		},
		refused() {
			answered = 0;
			if (told > 0) {
				told--;
				return;
			}
			told = limit - 1;
			limit = Math.max(1, Math.floor(limit / 2));
		},
	};
}

/**
 * Works on items in their order, several at a time, and yields each result as soon as it is there. Who reads slowly slows it
 * down: no more than `limit()` results wait. Leaving early aborts what is under way, and so does `outer`.
 */
export async function* inFlight<T, R>(
	items: Iterable<T>,
	work: (item: T, signal: AbortSignal) => Promise<R>,
	limit: () => number,
	outer: AbortSignal,
): AsyncGenerator<R> {
	const abort = new AbortController();
	const onAbort = () => abort.abort(outer.reason);
	outer.addEventListener('abort', onAbort, { once: true });
	const underWay = new Map<number, Promise<{ readonly id: number; readonly result: R }>>();
	const iterator = items[Symbol.iterator]();
	let id = 0;
	let isOver = false;
	try {
		while (!isOver || underWay.size > 0) {
			while (!isOver && underWay.size < Math.max(1, limit())) {
				const { value, done } = iterator.next();
				if (done) {
					isOver = true;
					break;
				}
				const own = id++;
				const promise = work(value, abort.signal).then(result => ({ id: own, result }));
				// Whoever leaves early awaits none of them.
				promise.catch(() => {});
				underWay.set(own, promise);
			}
			if (underWay.size > 0) {
				const { id: own, result } = await Promise.race(underWay.values());
				underWay.delete(own);
				yield result;
			}
		}
	} finally {
		outer.removeEventListener('abort', onAbort);
		abort.abort();
	}
}
