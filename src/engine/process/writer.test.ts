import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreAll, writeOne } from '../../../test/askEngine';
import { decoderEngine } from '../../../test/decoderEngine';
import type { PlanSettings } from '../planning/plan';
import type { GenerateRequest, GenerateResult } from '../requests';
import type { Decoder } from './decoder';
import { historyDecoder, logitsAfter, vocabulary } from './historyDecoder';
import { cutAt } from './writer';

/** Tokens spell: some are one letter, some several, one is nothing. */
const spelling = ['a', 'b', 'ab', '\n', '<end>', '', 'ba'];
const decode = (tokens: readonly number[]) => tokens.map(token => spelling[token]).join('');

interface Writing {
	readonly decoder?: Decoder;
	readonly endOfText?: readonly number[];
	readonly settings?: Partial<PlanSettings>;
}

const engineOf = ({ decoder = historyDecoder(), endOfText = [], settings = {} }: Writing = {}) =>
	decoderEngine(decoder, { settings, ending: { decode, endOfText: new Set(endOfText) } });

const write = (request: GenerateRequest, writing: Writing = {}): Promise<GenerateResult> =>
	writeOne(engineOf(writing), request);

/** The definition: no cache, one token after the other. */
function naive({ context, maxTokens, until }: GenerateRequest, endOfText: readonly number[]) {
	const tokens: number[] = [];
	while (tokens.length < maxTokens) {
		const row = logitsAfter([...context, ...tokens]);
		const token = row.indexOf(Math.max(...row));
		const before = decode(tokens);
		tokens.push(token);
		if (endOfText.includes(token)) {
			return { text: before, tokens, ended: 'end_of_text' };
		}
		const text = decode(tokens);
		if (until.some(ending => ending !== '' && text.includes(ending))) {
			return {
				text: until.reduce((kept, e) => (e === '' ? kept : (kept.split(e)[0] ?? '')), text),
				tokens,
				ended: 'until',
			};
		}
	}
	return { text: decode(tokens), tokens, ended: 'length' };
}

const token = fc.integer({ min: 0, max: vocabulary - 1 });
const anyRequest = fc
	.record({
		context: fc.array(token, { minLength: 1, maxLength: 8 }),
		at: fc.nat(),
		maxTokens: fc.integer({ min: 1, max: 12 }),
		until: fc.array(fc.stringMatching(/^[ab\n]{0,4}$/), { maxLength: 3 }),
	})
	.map(({ at, ...request }): GenerateRequest => ({ ...request, prefix: at % request.context.length }));

describe('writing', () => {
	it('equals the definition for any requests, in any order, however their contexts are cut', async () => {
		const anySettings = fc.record({
			chunking: fc.constantFrom('shared' as const, 'fixed' as const, 'whole' as const),
			longestPiece: fc.integer({ min: 1, max: 9 }),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.array(anyRequest, { minLength: 1, maxLength: 5 }),
				fc.subarray([3, 4, 5]),
				anySettings,
				async (requests, endOfText, settings) => {
					const decoder = historyDecoder();
					const engine = engineOf({ decoder, endOfText, settings });
					for (const request of requests) {
						const before = decoder.forwards.length;
						const { logprobs, ...result } = await writeOne(engine, request);
						expect(result).toEqual(naive(request, endOfText));
						expect(logprobs).toHaveLength(result.tokens.length);
						const fed = decoder.forwards.slice(before).reduce((sum, { tokens }) => sum + tokens.length, 0);
						expect(fed).toBe(request.context.length + result.tokens.length - 1);
					}
				},
			),
			{ numRuns: 300 },
		);
	});

	it('gives the log-probabilities that scoring gives the same tokens', async () => {
		const engine = engineOf();
		const context = [1, 2, 3];
		const { tokens, logprobs } = await writeOne(engine, { context, prefix: 2, maxTokens: 6, until: [] });
		const { results } = await scoreAll(engine, [{ context, prefix: 2, continuations: [tokens] }]);
		const scored = results[0]?.continuations[0];
		expect(scored?.greedy).toBe(true);
		expect(logprobs.reduce((sum, logprob) => sum + logprob, 0)).toBeCloseTo(scored?.logprob ?? 1, 9);
	});

	it('feeds each token but the last once, and keeps no cache for what is not fed', async () => {
		const decoder = historyDecoder();
		await write({ context: [1, 2], prefix: 0, maxTokens: 3, until: [] }, { decoder });
		expect(decoder.forwards.map(({ tokens, keepPast }) => [tokens.length, keepPast])).toEqual([
			[2, true],
			[1, true],
			[1, false],
		]);
	});

	it('keeps nothing where one token is all that may be written', async () => {
		const decoder = historyDecoder();
		await write({ context: [1, 2], prefix: 0, maxTokens: 1, until: [] }, { decoder });
		expect(decoder.forwards.map(({ keepPast }) => keepPast)).toEqual([false]);
	});

	it('takes the lowest id of equally probable tokens', async () => {
		const level = historyDecoder(() => [0, 2, 1, 2, 2, 0, 0]);
		const { tokens } = await write({ context: [0], prefix: 0, maxTokens: 2, until: [] }, { decoder: level });
		expect(tokens).toEqual([1, 1]);
	});
});

describe('endings', () => {
	const spells = (...tokens: number[]) =>
		historyDecoder(history => Array.from({ length: vocabulary }, (_, id) => Number(id === tokens[history.length - 1])));
	const written = async (tokens: number[], until: string[], endOfText: number[] = []) =>
		write({ context: [0], prefix: 0, maxTokens: 6, until }, { decoder: spells(...tokens), endOfText });

	it('may span tokens, or stand within one', async () => {
		expect(await written([0, 6, 0, 1, 1, 1], ['aba'])).toMatchObject({ text: '', tokens: [0, 6], ended: 'until' });
		expect(await written([1, 6, 0, 1, 1, 1], ['a'])).toMatchObject({ text: 'bb', tokens: [1, 6], ended: 'until' });
	});

	it('may be a special token, as text or as the end of the text', async () => {
		expect(await written([0, 4, 0, 0, 0, 0], ['<end>'])).toMatchObject({ text: 'a', ended: 'until' });
		expect(await written([0, 4, 0, 0, 0, 0], [], [4])).toMatchObject({
			text: 'a',
			tokens: [0, 4],
			ended: 'end_of_text',
		});
	});

	it('keeps special tokens that end nothing', async () => {
		expect(await written([0, 4, 1, 3, 0, 0], ['\n'])).toMatchObject({ text: 'a<end>b', ended: 'until' });
	});

	it('are cut one after the other', () => {
		expect(cutAt('xab', ['ab', 'xa'])).toBe('x');
		expect(cutAt('xab', ['xa', 'ab'])).toBe('');
		expect(cutAt('x', ['', 'y'])).toBe('x');
	});
});

it.each([
	{ context: [], prefix: 0, maxTokens: 1, until: [] },
	{ context: [0], prefix: 1, maxTokens: 1, until: [] },
	{ context: [0], prefix: 0, maxTokens: 0, until: [] },
	{ context: [vocabulary], prefix: 0, maxTokens: 1, until: [] },
])('refuses %j', async request => {
	await expect(write(request)).rejects.toThrow(/needs|token/);
});
