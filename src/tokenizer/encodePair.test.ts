import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../protocol/failure';
import { contextTokens, encodePair, type PairOptions, pairEncoder } from './encodePair';
import { loadTokenizer } from './loadTokenizer';
import type { Tokenizer } from './tokenizer';

const fixtures = fileURLToPath(new URL('../../test/fixtures/tiny-decoder', import.meta.url));
let byteLevel: Tokenizer;
let sentencePiece: Tokenizer;
beforeAll(async () => {
	byteLevel = await loadTokenizer(path.join(fixtures, 'full-logits'));
	sentencePiece = await loadTokenizer(path.join(fixtures, 'sentencepiece-like'));
});

const joint = { encoding: 'joint', bos: 'auto' } as const;
const separate = { encoding: 'separate', bos: 'auto' } as const;

/** Greedy, longest piece first: small enough to see each join. */
function pieces(vocabulary: readonly string[], bos: number | null = null, prefix: readonly number[] = []): Tokenizer {
	const encode = (text: string): number[] => {
		const best = vocabulary
			.map((piece, id) => ({ piece, id }))
			.filter(({ piece }) => text.startsWith(piece))
			.sort((a, b) => b.piece.length - a.piece.length)[0];
		return best ? [best.id, ...encode(text.slice(best.piece.length))] : [];
	};
	const decode = (ids: readonly number[]) => ids.map(id => vocabulary[id] ?? '').join('');
	return { encode, decode, prefix, bos, vocabularySize: vocabulary.length, sha256: '' };
}

function codeOf(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		return error instanceof Failure ? error.reason.code : String(error);
	}
	return expect.fail('nothing failed');
}

describe('joint encoding', () => {
	it('moves white space at the end of the context to the continuation', () => {
		const tokenizer = pieces(['x', ' ', ' A', 'A']);
		expect(encodePair(tokenizer, 'x ', 'A', joint)).toEqual({
			front: 0,
			context: [0],
			continuation: [2],
			merged: false,
		});
		expect(encodePair(tokenizer, 'x', ' A', joint)).toEqual(encodePair(tokenizer, 'x ', 'A', joint));
	});

	it.each(['\u001c', '\u001f', '\u0085', '\u00a0', '\u2003', '\u3000', '\r\n', '\v\f'])(
		'takes %j for white space, as Python does',
		space => {
			const tokenizer = pieces(['x', 'A', ...space]);
			expect(encodePair(tokenizer, `x${space}`, 'A', joint).context).toEqual([0]);
		},
	);

	it.each(['\ufeff', '\u200b', '\u180e'])('takes %j for text, as Python does', character => {
		expect(encodePair(pieces(['x', 'A', character]), `x${character}`, 'A', joint).context).toEqual([0, 2]);
	});

	it('goes on with the context’s own ids where a token spans the join but something is left to score', () => {
		// Alone [a][b]; together [a][bc][d]: the harness feeds a, b and scores what is third.
		const tokenizer = pieces(['a', 'b', 'bc', 'd', 'c']);
		expect(encodePair(tokenizer, 'ab', 'cd', joint)).toEqual({
			front: 0,
			context: [0, 1],
			continuation: [3],
			merged: true,
		});
	});

	it('backs off to the last common token where nothing would be left to score', () => {
		const tokenizer = pieces(['a', 'b', 'bc', 'c']);
		expect(encodePair(tokenizer, 'ab', 'c', joint)).toEqual({
			front: 0,
			context: [0],
			continuation: [2],
			merged: true,
		});
	});

	it('agrees with the plain reading of the rule on any texts', () => {
		const text = fc.array(fc.constantFrom('A', 'B', ' ', '\n', 'Answer:', 'é', '🦉'), { maxLength: 8 });
		fc.assert(
			fc.property(text, text, fc.constantFrom('a', 'b'), (before, after, which) => {
				const tokenizer = which === 'a' ? byteLevel : sentencePiece;
				const contextText = `Question${before.join('')}`;
				const continuationText = `${after.join('')}X`;
				const { context, continuation, merged } = encodePair(tokenizer, contextText, continuationText, {
					encoding: 'joint',
					bos: false,
				});
				const kept = contextText.trimEnd();
				const whole = tokenizer.encode(contextText + continuationText);
				const alone = tokenizer.encode(kept);
				expect(merged).toBe(alone.some((id, i) => whole[i] !== id));
				if (whole.length > alone.length) {
					expect(context).toEqual(alone);
					expect(continuation).toEqual(whole.slice(alone.length));
				} else {
					expect([...context, ...continuation]).toEqual(whole);
				}
				expect(continuation.length).toBeGreaterThan(0);
			}),
		);
	});
});

describe('separate encoding', () => {
	it('encodes each text by itself', () => {
		expect(encodePair(sentencePiece, 'Answer:', 'A', separate).continuation).toEqual(sentencePiece.encode('A'));
		expect(encodePair(sentencePiece, 'Answer: ', 'A', separate).context).toEqual(sentencePiece.encode('Answer: '));
	});

	it('differs from the joint one where a tokenizer puts a space in front', () => {
		expect(encodePair(sentencePiece, 'Answer:', ' A', separate).continuation).toHaveLength(2);
		expect(encodePair(sentencePiece, 'Answer:', ' A', joint).continuation).toHaveLength(1);
	});
});

describe('encodings of other implementations', () => {
	const merging = pieces(['a', 'b', 'bc', 'c', 'd']);

	it('joint_last takes the last token where nothing is left after the context’s own', () => {
		const last = { encoding: 'joint_last', bos: 'auto' } as const;
		expect(encodePair(merging, 'aab', 'c', last)).toEqual({
			front: 0,
			context: [0, 0],
			continuation: [2],
			merged: true,
		});
		// Alone [a][b][b]; together [a][b][bc]: one token is merged, and the rest is as under joint.
		expect(encodePair(merging, 'abb', 'cd', last)).toEqual(encodePair(merging, 'abb', 'cd', joint));
		const longer = pieces(['x', 'a', 'b', 'abc']);
		expect(encodePair(longer, 'xab', 'c', last)).toMatchObject({ context: [0], continuation: [3], merged: true });
	});

	it('last_token reads the last id of the label alone', () => {
		const last = { encoding: 'last_token', bos: 'auto' } as const;
		const { context, continuation } = encodePair(sentencePiece, 'Answer: ', 'A', last);
		expect(continuation).toEqual([sentencePiece.encode('A').at(-1)]);
		expect(context).toEqual([...sentencePiece.prefix, ...sentencePiece.encode('Answer: ')]);
		expect(encodePair(merging, 'a', 'cd', last).continuation).toEqual([4]);
	});

	it('separate_one_space leaves the space to a tokenizer that puts one in front', () => {
		const oneSpace = { encoding: 'separate_one_space', bos: 'auto' } as const;
		expect(sentencePiece.encode('A').at(-1)).toBe(sentencePiece.encode(' A').at(-1));
		expect(encodePair(sentencePiece, 'Answer:', ' A', oneSpace).continuation).toEqual(sentencePiece.encode('A'));
		expect(encodePair(byteLevel, 'Answer:', ' A', oneSpace)).toEqual(encodePair(byteLevel, 'Answer:', ' A', separate));
	});

	it('any of them gives a context that is not empty, and tokens to score after it', () => {
		const text = fc.array(fc.constantFrom('A', ' ', '\n', 'Answer:', 'é', '🦉'), { maxLength: 6 });
		const encoding = fc.constantFrom<PairOptions['encoding'][]>(
			'joint',
			'joint_last',
			'separate',
			'separate_one_space',
			'last_token',
		);
		const tokenizer = fc.constantFrom('byteLevel', 'sentencePiece');
		fc.assert(
			fc.property(
				text,
				text,
				encoding,
				tokenizer,
				fc.constantFrom<PairOptions['bos'][]>('auto', true, false),
				(before, after, how, which, bos) => {
					const chosen = which === 'byteLevel' ? byteLevel : sentencePiece;
					const [contextText, continuationText] = [before.join(''), `${after.join('')}X`];
					const pair = encodePair(chosen, contextText, continuationText, { encoding: how, bos });
					expect(pair.context.length).toBeGreaterThan(0);
					expect(pair.continuation.length).toBeGreaterThan(0);
					expect(pair.front).toBeLessThanOrEqual(1);
					const ids = [...pair.context.slice(pair.front), ...pair.continuation];
					if (how === 'separate') {
						expect(ids).toEqual([...chosen.encode(contextText), ...chosen.encode(continuationText)]);
					}
					if (how.startsWith('joint') && !pair.merged) {
						expect(ids).toEqual(chosen.encode(contextText + continuationText));
					}
				},
			),
		);
	});
});

describe('BOS', () => {
	const count = (ids: readonly number[]) => ids.filter(id => id === 1).length;

	it.each([
		['auto', 1],
		[true, 1],
		[false, 0],
	] as const)('%s puts it in front as often as it says', (bos, times) => {
		for (const encoding of ['joint', 'separate'] as const) {
			expect(count(encodePair(byteLevel, 'Answer:', ' A', { encoding, bos }).context)).toBe(times);
		}
	});

	it('is counted once where the text begins with it', () => {
		for (const bos of ['auto', true] as const) {
			const { context } = encodePair(byteLevel, '<s>Answer:', ' A', { encoding: 'joint', bos });
			expect(context).toEqual([1, ...byteLevel.encode('Answer:')]);
		}
	});

	it('stands for an empty context', () => {
		expect(encodePair(byteLevel, '', 'A', { encoding: 'joint', bos: false }).context).toEqual([1]);
		expect(encodePair(byteLevel, '  ', 'A', joint).context).toEqual([1]);
		expect(encodePair(sentencePiece, '', 'A', separate).context).toEqual([1]);
	});

	it('is an error where the tokenizer has none', () => {
		const tokenizer = pieces(['a', 'b']);
		expect(codeOf(() => encodePair(tokenizer, 'a', 'b', { encoding: 'joint', bos: true }))).toBe('tokenizer.no-bos');
		expect(codeOf(() => encodePair(tokenizer, '', 'b', joint))).toBe('tokenizer.empty-context');
	});
});

it('refuses a continuation without tokens', () => {
	expect(codeOf(() => encodePair(byteLevel, 'a', '', joint))).toBe('tokenizer.empty-continuation');
	expect(codeOf(() => encodePair(byteLevel, 'a', '', separate))).toBe('tokenizer.empty-continuation');
});

it('encodes the context of many continuations once', () => {
	const encoded: string[] = [];
	const counting: Tokenizer = {
		...byteLevel,
		encode: text => {
			encoded.push(text);
			return byteLevel.encode(text);
		},
	};
	const encode = pairEncoder(counting, 'Answer:', joint);
	for (const continuation of [' A', ' B']) {
		expect(encode(continuation)).toEqual(encodePair(byteLevel, 'Answer:', continuation, joint));
	}
	expect(encoded).toEqual(['Answer:', 'Answer: A', 'Answer: B']);
});

it('gives the ids that a context begins with', () => {
	const { context } = encodePair(byteLevel, 'Question Answer:', ' A', joint);
	const beginning = contextTokens(byteLevel, 'Question', 'auto');
	expect(beginning).toEqual([1, ...byteLevel.encode('Question')]);
	expect(context.slice(0, beginning.length)).toEqual(beginning);
	expect(contextTokens(byteLevel, '<s>Question', true)).toEqual([1, ...byteLevel.encode('Question')]);
	expect(contextTokens(byteLevel, 'Question', false)).toEqual(byteLevel.encode('Question'));
});
