/** How long answers are kept, in milliseconds. */
const lifetimes = { answer: 10 * 60_000, failure: 30_000 } as const;
const mostEntries = 300;

interface Entry<T> {
	readonly answer: Promise<T>;
	expires: number;
}

/** Answers of somebody slow, by question. Failures are forgotten sooner, so that a lost connection comes back. */
export class ExpiringCache<T> {
	readonly #entries = new Map<string, Entry<T>>();

	constructor(private readonly now: () => number = Date.now) {}

	get(question: string, ask: () => Promise<T>): Promise<T> {
		const known = this.#entries.get(question);
		if (known && known.expires > this.now()) {
			return known.answer;
		}
		const answer = ask();
		const entry = { answer, expires: this.now() + lifetimes.answer };
		this.#entries.delete(question);
		this.#entries.set(question, entry);
		answer.catch(() => {
			entry.expires = this.now() + lifetimes.failure;
		});
		for (const oldest of this.#entries.keys()) {
			if (this.#entries.size <= mostEntries) {
				break;
			}
			this.#entries.delete(oldest);
		}
		return answer;
	}

	clear(): void {
		this.#entries.clear();
	}
}

/** The answer, if it comes within a moment; else, or where there is none, `otherwise`. `late` hears of one that came later. */
export async function within<T>(
	milliseconds: number,
	answer: Promise<T>,
	otherwise: T,
	late: () => void = () => {},
): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	let isLate = false;
	const timeout = new Promise<T>(resolve => {
		timer = setTimeout(() => {
			isLate = true;
			resolve(otherwise);
		}, milliseconds);
	});
	const settled = answer.then(
		value => {
			if (isLate) {
				late();
			}
			return value;
		},
		() => otherwise,
	);
	try {
		return await Promise.race([settled, timeout]);
	} finally {
		clearTimeout(timer);
	}
}
