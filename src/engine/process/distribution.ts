import { inputFailure, runFailure } from '../../protocol/failure';
import type { ComputedModel } from './computedModel';
import { summarise, type VocabularyRow } from './vocabularyRow';

/** What the model expects next. */
export interface Distribution {
	readonly row: VocabularyRow;
	readonly logSumExp: number;
	readonly argmax: number;
}

/** @throws Failure where the model gave something that is not a number. */
export function distribution(row: VocabularyRow | undefined, { file, device }: ComputedModel): Distribution {
	if (!row) {
		throw new Error('the decoder gave fewer rows than it was asked for');
	}
	const summary = summarise(row);
	if (!Number.isFinite(summary.logSumExp)) {
		throw runFailure('engine.not-finite', { file, device });
	}
	return { row, ...summary };
}

/** ln p of a token. */
export function logprobOf(token: number, { row, logSumExp }: Distribution): number {
	return (row[token] ?? Number.NaN) - logSumExp;
}

/** Token ids come from another file than the model: they are looked at before they are fed. */
export function checkTokens(tokens: ArrayLike<number>, size: number, { file }: ComputedModel): void {
	for (let i = 0; i < tokens.length; i++) {
		const token = tokens[i] ?? -1;
		if (!(token >= 0 && token < size)) {
			throw inputFailure('engine.token-out-of-range', { token, size, file });
		}
	}
}
