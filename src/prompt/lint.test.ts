import { describe, expect, it } from 'vitest';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import type { Format } from '../config/format';
import { presetNames } from '../config/presets';
import { messageText } from '../protocol/messages';
import type { Prompt } from '../protocol/prompt';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { lintPrompt } from './lint';
import { createRenderer } from './render';

const bos = 1;

/** Greedy over the pieces, the longest first; other characters are their code points above 1000. */
function tokenizerOf(pieces: readonly string[], spaceInFront: boolean, prefix: readonly number[]): Tokenizer {
	const encode = (text: string): number[] => {
		const ids: number[] = [];
		let rest = spaceInFront && text !== '' ? `▁${text.replaceAll(' ', '▁')}` : text;
		while (rest !== '') {
			const longest = pieces.filter(piece => rest.startsWith(piece)).sort((a, b) => b.length - a.length)[0];
			ids.push(longest === undefined ? 1000 + rest.charCodeAt(0) : pieces.indexOf(longest));
			rest = rest.slice(longest?.length ?? 1);
		}
		return ids;
	};
	return { encode, decode: () => '', prefix, bos, vocabularySize: 70_000, sha256: '' };
}

/** Byte-level BPE, as GPT-2: a space belongs to the word after it. */
const byteLevel = tokenizerOf(['<unk>', '<s>', ' A', ' B', 'A', 'B', 'Answer', ':', '\n', ':\n'], false, []);
/** SentencePiece, as Mistral: a text begins with a space of its own, so that " A" alone is two tokens. */
const mistral = tokenizerOf(['<unk>', '<s>', '▁', '▁A', '▁B', 'A', 'B', '▁Answer', ':'], true, [bos]);

const two = { from: 'list', templates: ['A', 'B'] } as const;
const prompt = (text: string, continuations = [' A', ' B']): Prompt => ({
	segments: [{ kind: 'question', text }],
	continuations,
});

function lint(text: string, format: Partial<Format>, tokenizer?: Tokenizer, continuations?: string[], window?: number) {
	const full = presetFormat('mmlu/original', { choices: two, ...format });
	return lintPrompt({ prompt: prompt(text, continuations), format: full, tokenizer, window }).map(
		finding =>
			`${finding.severity} ${finding.message.code.replace('prompt.lint.', '')}: ${messageText(finding.message)}`,
	);
}

const codes = (...args: Parameters<typeof lint>) => lint(...args).map(finding => finding.split(':')[0]);

describe('without a tokenizer', () => {
	it.each(presetNames)('%s is quiet', name => {
		const format = presetFormat(name);
		const rendered = createRenderer(format, name).render(questionOf({}), [questionOf({ key: 'dev/0' })]);
		expect(lintPrompt({ prompt: rendered, format })).toEqual([]);
	});

	it('white space at the end of the prompt is told, twice over if labels begin with it', () => {
		expect(codes('Answer: ', {})).toEqual(['warning double-space']);
		expect(codes('Answer:\n', { encoding: 'joint' }, undefined, ['A', 'B'])).toEqual(['info trailing-space']);
		expect(lint('Answer: \n', { encoding: 'separate' }, undefined, ['A', 'B'])).toEqual([
			expect.stringMatching(/^warning trailing-space: The prompt ends in white space: " \\n"\./),
		]);
		expect(codes('Answer:\u0085', { encoding: 'separate' }, undefined, ['A', 'B'])).toEqual(['warning trailing-space']);
		expect(codes('Answer:\ufeff', { encoding: 'separate' }, undefined, ['A', 'B'])).toEqual([]);
	});

	it('a label with white space of its own is told, and less loudly where it is the data’s', () => {
		expect(codes('x:', {}, undefined, [' A ', ' B'])).toEqual(['warning label-ends-in-space']);
		expect(codes('x:', {}, undefined, ['  A', '  B'])).toEqual(['warning label-doubles-space']);
		expect(codes('x:', { target_delimiter: '' }, undefined, [' A', ' B'])).toEqual([]);
		for (const choices of [{ from: 'choices' }, { from: 'each', template: '{{choice}}' }] as const) {
			expect(codes('x:', { choices }, undefined, ['  a', ' b '])).toEqual([
				'info label-ends-in-space',
				'info label-doubles-space',
			]);
		}
	});

	const joined = (changes: Partial<Format>, template = '{{question}}:') => {
		const format = presetFormat('mmlu/original', { item: [{ kind: 'question', template }], ...changes });
		const rendered = createRenderer(format, 'v').render(questionOf({}), [questionOf({ key: 'dev/0' })]);
		return lintPrompt({ prompt: rendered, format }).map(({ severity, message: { code }, field }) => [
			severity,
			code,
			field,
		]);
	};

	it('a description or a shot that swallows its line end is told', () => {
		expect(joined({ description: 'About law.' })).toEqual([['warning', 'prompt.lint.glued', 'description']]);
		expect(joined({ description: 'About law.\n', fewshot_delimiter: '' })).toEqual([
			['warning', 'prompt.lint.glued', 'fewshot_delimiter'],
		]);
		expect(joined({ description: 'About law.' }, '\n{{question}}:')).toEqual([]);
		expect(joined({ description: '' })).toEqual([]);
	});

	it('two spaces where parts join are told once', () => {
		expect(joined({ description: 'About law. ' }, ' {{question}}:')).toEqual([
			['warning', 'prompt.lint.joined-spaces', 'description'],
		]);
		expect(joined({ fewshot_delimiter: ' ', num_fewshot: 2 }, ' {{question}}:')).toEqual([
			['warning', 'prompt.lint.joined-spaces', 'fewshot_delimiter'],
		]);
	});

	it('findings say which field they are about', () => {
		expect(joined({ description: '' }, '{{question}} ')).toEqual([
			['warning', 'prompt.lint.double-space', 'doc_to_text'],
		]);
	});

	it('equal and empty labels are told', () => {
		expect(lint('x', {}, undefined, [' A', ' B', ' A'])).toEqual([
			'warning equal-labels: The labels 1 and 3 are the same text " A": the model cannot tell them apart.',
		]);
		expect(codes('x', {}, undefined, ['', 'B'])).toEqual(['error empty-label']);
	});
});

describe('with a byte-level tokenizer', () => {
	it('one-token labels are shown with their ids', () => {
		expect(lint('Answer:', {}, byteLevel)).toEqual([
			'info label-tokens: Each label is one token after this prompt: " A" [2], " B" [3].',
			'info no-bos: No BOS token stands before the prompt.',
		]);
	});

	it('a token over the join is told', () => {
		expect(lint('Answer:', { encoding: 'joint' }, byteLevel, ['\nA', '\nB'])).toEqual([
			expect.stringMatching(/^info label-tokens: .*"\\nA" \[4\]/),
			expect.stringMatching(/^warning merged: .*"\\nA".*\[9, 4\].*\[7, 8, 4\]/),
			expect.stringMatching(/^info no-bos/),
		]);
		expect(codes('Answer:', { encoding: 'separate' }, byteLevel, ['\nA', '\nB'])).toContain('warning boundary');
	});
});

describe('with a tokenizer like that of Mistral', () => {
	it('a label encoded by itself is two tokens, and other ones', () => {
		const findings = lint('Answer:', { encoding: 'separate' }, mistral);
		expect(findings).toEqual([
			expect.stringMatching(/^warning label-tokens-many: .*" A" \[2, 3\], " B" \[2, 4\]/),
			expect.stringMatching(/^warning boundary: .*" A".*together.*\[3\].*\[2, 3\]/),
			'info one-bos: One BOS token stands before the prompt.',
		]);
	});

	it('a label encoded with the prompt is one', () => {
		expect(codes('Answer:', { encoding: 'joint' }, mistral)).toEqual([
			'info label-tokens',
			'info boundary',
			'info one-bos',
		]);
	});

	it('a label of two tokens is never the one that is generated', () => {
		expect(codes('Answer:', { encoding: 'separate', scoring: 'next_token' }, mistral)[0]).toBe(
			'error label-never-generated',
		);
	});

	it('answer texts are not looked at token by token', () => {
		expect(codes('Answer:', { encoding: 'joint', choices: { from: 'choices' } }, mistral)).toEqual([
			'info boundary',
			'info one-bos',
		]);
	});
});

describe('BOS', () => {
	it('twice is an error', () => {
		const doubled = { ...byteLevel, prefix: [bos, bos] };
		expect(lint('Answer:', {}, doubled)).toContain(
			'error many-bos: 2 BOS tokens stand before the prompt. Set add_bos_token to false, or take the BOS out of the text.',
		);
		expect(codes('<s><s>Answer:', {}, byteLevel)).toContain('error many-bos');
	});

	it('once is told, from the tokenizer or the text', () => {
		expect(codes('<s>Answer:', { bos: false }, byteLevel)).toContain('info one-bos');
		expect(codes('Answer:', { bos: true }, byteLevel)).toContain('info one-bos');
		expect(codes('Answer:', { bos: false }, mistral)).toContain('info no-bos');
	});

	it('that the tokenizer lacks is an error', () => {
		expect(codes('Answer:', { bos: true }, { ...byteLevel, bos: null })).toEqual(['error tokenizer.no-bos']);
		expect(codes('Answer:', {}, { ...byteLevel, bos: null })).toEqual(['info label-tokens']);
	});
});

describe('length', () => {
	// Answer : A
	it.each([
		['error', 2, []],
		['error', 1, ['error too-long']],
		['cut_start', 1, ['warning cut']],
		['drop_shots', 1, ['warning cut']],
	] as const)('%s in a window of %i', (too_long, window, expected) => {
		const found = codes('Answer:', { too_long, max_context: null }, byteLevel, undefined, window);
		expect(found.filter(code => /too-long|cut/.test(code ?? ''))).toEqual(expected);
	});

	it('HELM keeps room for the token that it generates, and does not count the BOS', () => {
		const helm = { too_long: 'drop_shots_cut_end', scoring: 'next_token', max_context: null } as const;
		const cut = (window: number, tokenizer = byteLevel) =>
			lint('Answer:', helm, tokenizer, undefined, window).filter(finding => finding.includes('cut'));
		expect(cut(3)).toEqual([]);
		expect(cut(2)).toEqual([
			'warning cut-writing: The prompt is 2 tokens, 1 fit beside what is to be generated: shots or text will be cut.',
		]);
		expect(cut(3, { ...byteLevel, prefix: [bos] })).toEqual([]);
	});

	it('an answer that is written needs room for all of it', () => {
		const scoring = {
			until: ['\n'],
			max_tokens: 5,
			filters: [],
			ignore: [],
			ignore_patterns: [],
			against: 'target',
		} as const;
		const found = (window: number) =>
			codes('Answer:', { scoring, too_long: 'cut_start', max_context: null }, byteLevel, [], window);
		expect(found(7)).toEqual(['info no-bos']);
		expect(found(6)).toEqual(['info no-bos', 'warning cut-writing']);
	});

	it('lighteval reads the last token too', () => {
		const found = (window: number) =>
			codes('Answer:', { too_long: 'cut_start_all', max_context: null }, byteLevel, undefined, window);
		expect(found(3)).not.toContain('warning cut');
		expect(found(2)).toContain('warning cut');
	});

	it('counts the limit of a format below the window', () => {
		expect(lint('Answer:', { too_long: 'drop_shots', max_context: 1 }, byteLevel, undefined, 100)).toContain(
			'warning cut: Prompt and labels are 2 tokens, 1 fit: shots or text will be cut.',
		);
	});
});
