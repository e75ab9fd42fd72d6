import { describe, expect, it } from 'vitest';
import { scoreAll } from '../../../test/askEngine';
import { decoderEngine } from '../../../test/decoderEngine';
import { Failure } from '../../protocol/failure';
import { historyDecoder, vocabulary } from '../process/historyDecoder';
import type { LoglikelihoodRequest } from '../requests';

async function fed(requests: readonly LoglikelihoodRequest[], chunking: 'fixed' | 'whole' = 'fixed') {
	const decoder = historyDecoder();
	await scoreAll(decoderEngine(decoder, { settings: { chunking } }), requests);
	return decoder.forwards.map(({ tokens, rows, keepPast }) => ({ tokens: Array.from(tokens), rows, keepPast }));
}

const request = (
	context: readonly number[],
	prefix: number,
	continuations: readonly (readonly number[])[] = [[0]],
): LoglikelihoodRequest => ({ context, prefix, continuations });

describe('prompts that are cut by themselves', () => {
	it('take one forward where every continuation is one token', async () => {
		expect(await fed([request([1, 2, 3], 0, [[0], [1], [2], [1]])])).toEqual([
			{ tokens: [1, 2, 3], rows: [2], keepPast: false },
		]);
	});

	it('feed longer continuations without their last token, and those that begin others not at all', async () => {
		const forwards = await fed([request([1, 2, 3], 0, [[4, 5], [4, 5, 6, 0], [2], [4, 5, 6, 0], [4]])]);
		expect(forwards.map(({ tokens, rows }) => ({ tokens, rows }))).toEqual([
			{ tokens: [1, 2, 3], rows: [2] },
			{ tokens: [4, 5, 6], rows: [0, 1, 2] },
		]);
	});

	it('compute what they begin with once, and equal contexts once', async () => {
		const forwards = await fed([
			request([1, 2, 3, 4], 3),
			request([1, 2, 3, 5, 6], 3),
			request([1, 2, 3, 4], 3, [[1]]),
		]);
		expect(forwards.map(({ tokens }) => tokens)).toEqual([[1, 2, 3], [4], [5, 6]]);
	});

	it('compute a beginning once, whatever is asked between those that have it', async () => {
		const forwards = await fed([request([1, 2, 3], 2), request([5, 6], 0), request([1, 2, 4], 2)]);
		expect(forwards.map(({ tokens }) => tokens)).toEqual([[1, 2], [3], [4], [5, 6]]);
	});

	it('are cut where each request says, so that the pieces do not depend on the others', async () => {
		const forwards = await fed([request([1, 2, 3, 4], 2), request([1, 2, 3, 5], 3), request([1, 2, 6], 2)]);
		expect(forwards.map(({ tokens }) => tokens)).toEqual([[1, 2], [3, 4], [6], [1, 2, 3], [5]]);
	});
});

describe('prompts that are not cut', () => {
	it('are computed from their beginnings, each sequence in one piece', async () => {
		const forwards = await fed(
			[
				request([1, 2, 3], 2, [[4, 5], [6]]),
				request([1, 2, 4], 2, [
					[5, 0],
					[6, 0],
				]),
			],
			'whole',
		);
		expect(forwards).toEqual([
			{ tokens: [1, 2, 3, 4], rows: [2, 3], keepPast: false },
			{ tokens: [1, 2, 4, 5], rows: [2, 3], keepPast: false },
			{ tokens: [1, 2, 4, 6], rows: [3], keepPast: false },
		]);
	});
});

describe('faults', () => {
	const failing = async (asked: LoglikelihoodRequest, decoder = historyDecoder()) => {
		const error = await scoreAll(decoderEngine(decoder), [asked]).then(
			() => expect.fail('nothing failed'),
			(reason: unknown) => reason,
		);
		return error instanceof Failure ? error.reason.code : error;
	};

	it('name a token that the model does not have', async () => {
		expect(await failing(request([vocabulary], 0))).toBe('engine.token-out-of-range');
		expect(await failing(request([0], 0, [[0, -1]]))).toBe('engine.token-out-of-range');
	});

	it('pass on nothing that is not a number', async () => {
		const overflowing = historyDecoder(() => new Array(vocabulary).fill(Number.NaN));
		expect(await failing(request([0], 0), overflowing)).toBe('engine.not-finite');
	});

	it.each<[LoglikelihoodRequest, string]>([
		[request([], 0), 'longer than its prefix'],
		[request([0, 1], 2), 'longer than its prefix'],
		[request([0], 0, [[]]), 'at least one token'],
		[request([0], 0, [[1], []]), 'at least one token'],
		[request([0], 0, []), 'at least one token'],
	])('are what %j is', async (asked, sentence) => {
		expect(await failing(asked)).toMatchObject({ message: expect.stringContaining(sentence) });
	});
});
