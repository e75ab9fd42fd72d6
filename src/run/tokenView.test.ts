import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { demoModel, root } from '../../test/paths';
import { plainFormat } from '../config/plainFormat';
import type { Prompt } from '../protocol/prompt';
import { loadTokenizer } from '../tokenizer/loadTokenizer';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { tokenView } from './tokenView';

let demo: Tokenizer;
let withBos: Tokenizer;
beforeAll(async () => {
	demo = await loadTokenizer(demoModel);
	withBos = await loadTokenizer(path.join(root, 'test/fixtures/tiny-decoder/sentencepiece-like'));
});

const reader = (tokenizer: Tokenizer, window = 512) => ({ name: 'demo', window, tokenizer });
const prompt = (text: string, continuations: readonly string[]): Prompt => ({
	segments: [{ kind: 'question', text }],
	continuations,
});
const pieces = (text: string, groups: readonly { readonly end: number }[]) =>
	groups.map(({ end }, i) => text.slice(groups[i - 1]?.end ?? 0, end));

describe('tokenView', () => {
	it('covers prompt and labels, and counts the context', () => {
		const text = 'Who?\nA. me\nB. you\nAnswer:';
		const view = tokenView(prompt(text, [' A', ' B']), plainFormat, reader(demo));
		expect(pieces(text, view.groups).join('')).toBe(text);
		expect(view.scored.map(one => pieces(one.text, one.groups).join(''))).toEqual([' A', ' B']);
		expect(view.scored.map(one => one.fromPrompt)).toEqual([0, 0]);
		expect(view.count).toBe(view.front.length + view.groups.flatMap(group => group.ids).length);
		expect(view.limit).toBe(512);
	});

	it('takes what the format allows where that is less than the window', () => {
		const format = { ...plainFormat, max_context: 100 };
		expect(tokenView(prompt('Hi', [' A']), format, reader(demo)).limit).toBe(100);
		expect(tokenView(prompt('Hi', [' A']), format, reader(demo, 64)).limit).toBe(64);
	});

	it('shows the BOS in front, and only there', () => {
		const view = tokenView(prompt('Who?', [' A']), { ...plainFormat, bos: true }, reader(withBos));
		expect(view.front.map(token => token.id)).toEqual([withBos.bos]);
		const without = tokenView(prompt('Who?', [' A']), { ...plainFormat, bos: false }, reader(withBos));
		expect(without.front).toEqual([]);
		expect(view.count).toBe(without.count + 1);
	});

	it('gives white space at the end of the prompt to the labels, as they are encoded together', () => {
		const text = 'Answer: ';
		const view = tokenView(prompt(text, ['A']), plainFormat, reader(demo));
		expect(pieces(text, view.groups).join('')).toBe('Answer:');
		expect(view.scored[0]).toMatchObject({ text: ' A', fromPrompt: 1 });
	});

	it('leaves it to the prompt where they are encoded apart', () => {
		const text = 'Answer: ';
		const view = tokenView(prompt(text, ['A']), { ...plainFormat, encoding: 'separate' }, reader(demo));
		expect(pieces(text, view.groups).join('')).toBe(text);
		expect(view.scored[0]).toMatchObject({ text: 'A', fromPrompt: 0 });
	});

	it('shows a prompt whose answer is written freely', () => {
		const view = tokenView(prompt('Who was it?', []), plainFormat, reader(demo));
		expect(pieces('Who was it?', view.groups).join('')).toBe('Who was it?');
		expect(view.scored).toEqual([]);
	});
});
