const size = 624;
const shiftSize = 397;
const upperMask = 0x80000000;
const lowerMask = 0x7fffffff;

/**
 * Python's `random.Random(seed)`, bit for bit: MT19937 (Matsumoto and Nishimura, 1998) with CPython's way of seeding by an
 * integer, shuffling and sampling. Published shot orders are this stream.
 */
export class PythonRandom {
	readonly #state: Uint32Array;
	#index = size;

	/** @param seed A safe integer; like Python, its sign is ignored. */
	constructor(seed: number) {
		const magnitude = Math.abs(seed);
		const high = Math.floor(magnitude / 2 ** 32);
		this.#state = seedByArray(high === 0 ? [magnitude] : [magnitude >>> 0, high]);
	}

	/** The next 32 bits of the stream. */
	nextUint32(): number {
		if (this.#index === size) {
			twist(this.#state);
			this.#index = 0;
		}
		let y = word(this.#state, this.#index++);
		y ^= y >>> 11;
		y ^= (y << 7) & 0x9d2c5680;
		y ^= (y << 15) & 0xefc60000;
		y ^= y >>> 18;
		return y >>> 0;
	}

	/**
	 * Uniform over 0 … n − 1 for 1 ≤ n < 2³², as `randrange(n)`. Draws until a value fits, so that even n = 1 moves the
	 * stream on.
	 */
	below(n: number): number {
		const shift = Math.clz32(n);
		let value = this.nextUint32() >>> shift;
		while (value >= n) {
			value = this.nextUint32() >>> shift;
		}
		return value;
	}

	/** Shuffles in place, as `shuffle(list)`. */
	shuffle<T>(items: T[]): void {
		for (let i = items.length - 1; i > 0; i--) {
			const j = this.below(i + 1);
			const kept = items[i] as T; // i and j are below the length
			items[i] = items[j] as T;
			items[j] = kept;
		}
	}

	/** `k` distinct places of the population in drawn order, as `sample(population, k)`; k ≤ its length. */
	sample<T>(population: readonly T[], k: number): T[] {
		const n = population.length;
		if (k > n) {
			throw new RangeError(`sample of ${k} from ${n}`);
		}
		return n <= poolLimit(k) ? this.#sampleFromPool(population, k) : this.#sampleByIndex(population, k);
	}

	#sampleFromPool<T>(population: readonly T[], k: number): T[] {
		const pool = [...population];
		return Array.from({ length: k }, (_, i) => {
			const left = pool.length - i;
			const j = this.below(left);
			const drawn = pool[j] as T; // j < left ≤ length
			pool[j] = pool[left - 1] as T;
			return drawn;
		});
	}

	#sampleByIndex<T>(population: readonly T[], k: number): T[] {
		const used = new Set<number>();
		return Array.from({ length: k }, () => {
			let j = this.below(population.length);
			while (used.has(j)) {
				j = this.below(population.length);
			}
			used.add(j);
			return population[j] as T; // j < length
		});
	}
}

/** Up to here CPython copies the population; beyond, it remembers the drawn indexes. The two draw differently. */
function poolLimit(k: number): number {
	return k > 5 ? 21 + 4 ** Math.ceil(Math.log(3 * k) / Math.log(4)) : 21;
}

function word(state: Uint32Array, i: number): number {
	return state[i] ?? 0;
}

function twist(state: Uint32Array): void {
	for (let i = 0; i < size; i++) {
		const y = (word(state, i) & upperMask) | (word(state, (i + 1) % size) & lowerMask);
		state[i] = word(state, (i + shiftSize) % size) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
	}
}

function seedByInteger(seed: number): Uint32Array {
	const state = new Uint32Array(size);
	state[0] = seed;
	for (let i = 1; i < size; i++) {
		const previous = word(state, i - 1);
		state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
	}
	return state;
}

function seedByArray(key: readonly number[]): Uint32Array {
	const state = seedByInteger(19650218);
	let i = 1;
	let j = 0;
	const mix = (factor: number) => {
		const previous = word(state, i - 1);
		return word(state, i) ^ Math.imul(previous ^ (previous >>> 30), factor);
	};
	const advance = () => {
		i++;
		if (i === size) {
			state[0] = word(state, size - 1);
			i = 1;
		}
	};
	for (let k = Math.max(size, key.length); k > 0; k--) {
		state[i] = mix(1664525) + (key[j] ?? 0) + j;
		advance();
		j = (j + 1) % key.length;
	}
	for (let k = size - 1; k > 0; k--) {
		state[i] = mix(1566083941) - i;
		advance();
	}
	state[0] = 0x80000000;
	return state;
}
