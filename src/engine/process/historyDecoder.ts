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
		forwards,
		async forward(request) {
			forwards.push(request);
			const before = request.past ? histories.get(request.past) : [];
			if (!before) {
				throw new Error('a cache from elsewhere');
			}
			const history = [...before, ...request.tokens];
			const past: Past = { length: history.length, tensors: [] };
			histories.set(past, history);
			const firstRow = history.length - request.rows + 1;
			return {
				rows: Array.from({ length: request.rows }, (_, i) => row(history.slice(0, firstRow + i))),
				past: request.keepPast ? past : null,
			};
		},
	};
}
