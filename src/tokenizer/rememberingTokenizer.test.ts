import { expect, it } from 'vitest';
import { rememberingTokenizer } from './rememberingTokenizer';
import type { Tokenizer } from './tokenizer';

function counting() {
	const encoded: string[] = [];
	const tokenizer: Tokenizer = {
		encode(text) {
			encoded.push(text);
			return [...text].map(character => character.charCodeAt(0));
		},
		decode: ids => String.fromCharCode(...ids),
		prefix: [],
		bos: null,
		vocabularySize: 128,
		sha256: '',
	};
	return { encoded, tokenizer: rememberingTokenizer(tokenizer) };
}

it('encodes a text once', () => {
	const { encoded, tokenizer } = counting();
	expect([tokenizer.encode('ab'), tokenizer.encode('ab'), tokenizer.encode('')]).toEqual([[97, 98], [97, 98], []]);
	expect(encoded).toEqual(['ab', '']);
});

it('gives each asker ids of its own', () => {
	const { tokenizer } = counting();
	tokenizer.encode('ab').push(1);
	expect(tokenizer.encode('ab')).toEqual([97, 98]);
});

it('forgets, lest it grow with all that is typed', () => {
	const { encoded, tokenizer } = counting();
	for (let i = 0; i < 1000; i++) {
		tokenizer.encode(`text ${i}`);
	}
	tokenizer.encode('text 0');
	expect(encoded).toHaveLength(1001);
	expect(tokenizer.decode([97])).toBe('a');
});
