import type { Decoder, ForwardRequest, Past } from './decoder';

export const vocabulary = 7;

/** Any function of the whole history will do for logits; whole numbers, so that ties occur. */
export function logitsAfter(history: readonly number[]): number[] {
	const hash = history.reduce((sum, token) => (sum * 31 + token + 1) % 9973, 7);
	return Array.from({ length: vocabulary }, (_, token) => (hash * (token + 3)) % 11);
}

export interface CountingDecoder extends Decoder {
	readonly forwards: ForwardRequest[];
}

/** A decoder for tests, whose cache is the history itself. */
export function historyDecoder(row: (history: readonly number[]) => number[] = logitsAfter): CountingDecoder {
	const histories = new WeakMap<Past, readonly number[]>();
	const forwards: ForwardRequest[] = [];
	return {
		vocabularySize: vocabulary,
		bytesPerToken: 4,
		trees: true,
		forwards,
		async forward(request) {
			forwards.push(request);
			const before = request.past ? histories.get(request.past) : [];
			if (!before) {
				throw new Error('a cache from elsewhere');
			}
			const upTo: number[][] = [];
			for (const [i, token] of Array.from(request.tokens).entries()) {
				const parent = request.parents ? (request.parents[i] ?? -1) : i - 1;
				upTo.push([...(parent < 0 ? before : (upTo[parent] ?? [])), token]);
			}
			const history = upTo.at(-1) ?? [];
			const past: Past = { length: history.length, tensors: [] };
			histories.set(past, history);
			return { rows: request.rows.map(at => row(upTo[at] ?? [])), past: request.keepPast ? past : null };
		},
	};
}
