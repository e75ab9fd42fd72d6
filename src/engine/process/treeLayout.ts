/** Tokens in the order in which they are fed. */
export interface TreeLayout {
	readonly tokens: BigInt64Array;
	/** Of each token in its own sequence. */
	readonly positions: BigInt64Array;
	/** Where each of the places asked for went. */
	readonly rows: readonly number[];
	/** The first place from which on logits are needed. */
	readonly firstRow: number;
	/** [tokens, past + tokens]: 0 where a token sees another, else as good as −∞. */
	bias(): Float32Array;
}

/** What is added to the score of a token that is not seen: finite, since −∞ − (−∞) is no number. */
const unseen = -3.4028234663852886e38;

/**
 * Lays a tree of tokens into one sequence: each token sees what is kept, its ancestors and itself. Which token is where
 * does not matter to attention, so those whose logits are asked for go last, where the head is computed alone.
 * @param rows Places, ascending.
 */
export function layTree(
	tokens: ArrayLike<number>,
	parents: ArrayLike<number> | null,
	past: number,
	rows: readonly number[],
): TreeLayout {
	const count = tokens.length;
	// A chain keeps its order: what is kept of it has to.
	const place = parents ? readsLast(count, rows) : null;
	const at = (i: number) => place?.[i] ?? i;
	const ids = new BigInt64Array(count);
	const positions = new BigInt64Array(count);
	const depths = new Int32Array(count);
	for (let i = 0; i < count; i++) {
		const parent = parents ? (parents[i] ?? -1) : i - 1;
		depths[i] = parent < 0 ? past : (depths[parent] ?? 0) + 1;
		ids[at(i)] = BigInt(tokens[i] ?? 0);
		positions[at(i)] = BigInt(depths[i] ?? 0);
	}
	const laidRows = rows.map(at);
	return {
		tokens: ids,
		positions,
		rows: laidRows,
		firstRow: laidRows.length > 0 ? Math.min(...laidRows) : count,
		bias() {
			const width = past + count;
			const bias = new Float32Array(count * width);
			for (let i = 0; i < count; i++) {
				const start = at(i) * width + past;
				bias.fill(unseen, start, start + count);
				for (let seen = i; seen >= 0; seen = parents ? (parents[seen] ?? -1) : seen - 1) {
					bias[start + at(seen)] = 0;
				}
			}
			return bias;
		},
	};
}

/** Where each place goes when those of `rows` go last. */
function readsLast(count: number, rows: readonly number[]): Int32Array {
	const places = new Int32Array(count);
	const asked = new Set(rows);
	let first = 0;
	let last = count - rows.length;
	for (let i = 0; i < count; i++) {
		places[i] = asked.has(i) ? last++ : first++;
	}
	return places;
}
