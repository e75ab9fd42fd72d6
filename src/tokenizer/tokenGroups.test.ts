import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { demoModel, root } from '../../test/paths';
import { loadTokenizer } from './loadTokenizer';
import { tokenGroups } from './tokenGroups';
import type { Tokenizer } from './tokenizer';

let byteLevel: Tokenizer;
let sentencePiece: Tokenizer;
beforeAll(async () => {
	byteLevel = await loadTokenizer(demoModel);
	sentencePiece = await loadTokenizer(path.join(root, 'test/fixtures/tiny-decoder/sentencepiece-like'));
});

const texts = (groups: readonly { readonly end: number }[], text: string) =>
	groups.map(({ end }, i) => text.slice(groups[i - 1]?.end ?? 0, end));

function groupsOf(tokenizer: Tokenizer, text: string) {
	const ids = tokenizer.encode(text);
	return { ids, groups: tokenGroups(tokenizer, text, ids) };
}

describe('tokenGroups', () => {
	it('gives each token its stretch of the text', () => {
		const text = 'Question: Who?\nAnswer:';
		const { groups, ids } = groupsOf(byteLevel, text);
		expect(groups).toHaveLength(ids.length);
		expect(texts(groups, text)).toEqual(ids.map(id => byteLevel.decode([id])));
	});

	it('joins the tokens of one character', () => {
		const text = 'a🜂b';
		const { groups } = groupsOf(byteLevel, text);
		expect(texts(groups, text)).toEqual(['a', '🜂', 'b']);
		expect(groups[1]?.ids.length).toBeGreaterThan(1);
	});

	it('finds its place again where the tokenizer changes the text', () => {
		const words = ['the', ' quick', ' brown', ' foxes', ' jump', ' over', ' lazy', ' dogs'];
		const lower = { decode: (ids: readonly number[]) => ids.map(id => words[id]).join('') };
		const text = 'THE QUICK BROWN FOXES jump over lazy dogs';
		const groups = tokenGroups(lower, text, [0, 1, 2, 3, 4, 5, 6, 7]);
		expect(texts(groups, text)).toEqual(['THE QUICK BROWN FOXES jump', ' over', ' lazy', ' dogs']);
	});

	it.each([['byteLevel'], ['sentencePiece']] as const)('covers ids and text, whatever they are (%s)', name => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
				const tokenizer = name === 'byteLevel' ? byteLevel : sentencePiece;
				const { ids, groups } = groupsOf(tokenizer, text);
				if (ids.length === 0 || text === '') {
					expect(groups).toEqual([]);
					return;
				}
				expect(groups.flatMap(group => group.ids)).toEqual(ids);
				expect(groups.at(-1)?.end).toBe(text.length);
				const lengths = texts(groups, text).map(piece => piece.length);
				expect(Math.min(...lengths)).toBeGreaterThan(0);
			}),
			{ numRuns: 500 },
		);
	});

	it('decodes each group to its own text where the tokenizer changes nothing', () => {
		fc.assert(
			// U+FFFD is left out: it is what an undecodable byte looks like.
			fc.property(
				fc.string({ unit: 'grapheme', maxLength: 60 }).filter(text => !text.includes('\ufffd')),
				text => {
					const { groups } = groupsOf(byteLevel, text);
					expect(groups.map(group => byteLevel.decode(group.ids))).toEqual(texts(groups, text));
				},
			),
			{ numRuns: 500 },
		);
	});
});
