import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasShared, shared } from '../../test/paths';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import type { ChatFormat, Format } from '../config/format';
import { Failure } from '../protocol/failure';
import { promptText, type Segment } from '../protocol/prompt';
import { chatTemplate } from '../tokenizer/chatTemplate';
import { loadTokenizer } from '../tokenizer/loadTokenizer';
import { createRenderer } from './render';

const templateOf = (source: string) =>
	chatTemplate({ config: { chat_template: source, bos_token: '<s>' }, chatTemplate: null }, 'model') ?? expect.fail();

/** ChatML, nothing changed. */
const plain = templateOf(
	"{% for m in messages %}{{ '<' + m.role + '>' + m.content + '</>\n' }}{% endfor %}{{ '<assistant>' }}",
);
/** The manner of Llama 3: BOS in front, contents trimmed. */
const trimming = templateOf(
	"{{ bos_token }}{% for m in messages %}{{ '<h>' + m['role'] + '</h>\n\n' + m['content'] | trim + '<eot>' }}{% endfor %}{% if add_generation_prompt %}{{ '<h>assistant</h>\n\n' }}{% endif %}",
);
/** The manner of Gemma. */
const withoutSystem = templateOf(
	"{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}",
);
/** The manner of Llama 2: the system message stands within the first user's. */
const within = templateOf(
	"{% if messages[0].role == 'system' %}{% set system = '<<' + messages[0].content + '>>' %}{% set rest = messages[1:] %}{% else %}{% set system = '' %}{% set rest = messages %}{% endif %}{% for m in rest %}{% if loop.first %}{{ '[' + (system + m.content) | trim + ']' }}{% else %}{{ m.content | upper }}{% endif %}{% endfor %}",
);

const mmlu = presetFormat('mmlu/original', {
	description: 'About {{subject}}.\n\n',
	item: [
		{ kind: 'question', template: '{{question}}\n' },
		{ kind: 'answer_cue', template: 'Answer:' },
	],
	scored_delimiter: '',
});
const question = questionOf({ question: 'Why?', subject: 'cats', answer: 1 });
const shots = [0, 1].map(n => questionOf({ key: `dev/${n}`, question: `Shot ${n}?`, answer: n, subject: 'cats' }));

function render(template: typeof plain, chat: Partial<ChatFormat> = {}, changes: Partial<Format> = {}, shown = shots) {
	const format = { ...mmlu, ...changes, chat: { multiturn: true, system: null, ...chat } };
	return createRenderer(format, 'v', template).render(question, shown);
}

const kinds = (segments: readonly Segment[]) =>
	segments.map(({ kind, shot }) => (shot === undefined ? kind : `${kind} ${shot}`));

describe('a conversation', () => {
	it('has the shots as turns, and bare labels to score', () => {
		const prompt = render(plain);
		expect(promptText(prompt)).toBe(
			[
				'<system>About cats.\n\n</>\n',
				'<user>Shot 0?\nAnswer:</>\n<assistant>A</>\n',
				'<user>Shot 1?\nAnswer:</>\n<assistant>B</>\n',
				'<user>Why?\nAnswer:</>\n<assistant>',
			].join(''),
		);
		expect(prompt.continuations).toEqual(['A', 'B', 'C', 'D']);
		expect(kinds(prompt.segments)).toEqual([
			'other',
			'description',
			'other',
			'shot 0',
			'other',
			'shot 0',
			'other',
			'shot 1',
			'other',
			'shot 1',
			'other',
			'question',
			'answer_cue',
			'other',
		]);
	});

	it('has all in one user message, as the prompt would be without a chat', () => {
		const prompt = render(plain, { multiturn: false });
		expect(promptText(prompt)).toBe(
			'<system>About cats.\n\n</>\n<user>Shot 0?\nAnswer: A\n\nShot 1?\nAnswer: B\n\nWhy?\nAnswer:</>\n<assistant>',
		);
		expect(kinds(prompt.segments)).toEqual([
			'other',
			'description',
			'other',
			'shot 0',
			'shot 1',
			'question',
			'answer_cue',
			'other',
		]);
	});

	it('begins with the system instruction, then the description', () => {
		const system = 'Be kind.';
		expect(promptText(render(plain, { system }, {}, []))).toMatch(/^<system>Be kind\.\n\nAbout cats\.\n\n<\/>/);
		expect(promptText(render(plain, { system }, { description: '' }, []))).toMatch(/^<system>Be kind\.<\/>/);
		expect(promptText(render(plain, {}, { description: '' }, []))).toMatch(/^<user>/);
	});

	it('shows what stands in the text where the template trims', () => {
		const prompt = render(trimming, { multiturn: false });
		expect(promptText(prompt)).toBe(
			'<s><h>system</h>\n\nAbout cats.<eot><h>user</h>\n\nShot 0?\nAnswer: A\n\nShot 1?\nAnswer: B\n\nWhy?\nAnswer:<eot><h>assistant</h>\n\n',
		);
		expect(prompt.segments.find(segment => segment.kind === 'description')?.text).toBe('About cats.');
		const padded = render(
			trimming,
			{},
			{
				item: [
					{ kind: 'question', template: '  {{question}}' },
					{ kind: 'other', template: ' \n' },
				],
			},
		);
		expect(padded.segments.filter(segment => segment.kind === 'question').map(segment => segment.text)).toEqual([
			'Why?',
		]);
	});

	it('finds messages in a template that does more to them', () => {
		const prompt = render(within);
		expect(promptText(prompt)).toBe('[<<About cats.\n\n>>Shot 0?\nAnswer:]ASHOT 1?\nANSWER:BWHY?\nANSWER:');
		expect(kinds(prompt.segments).slice(0, 4)).toEqual(['other', 'description', 'other', 'shot 0']);
	});

	it('may be refused by the template', () => {
		expect(() => render(withoutSystem)).toThrow(/refuses this conversation: System role not supported\./);
		expect(promptText(render(withoutSystem, {}, { description: '' }, []))).toBe('Why?\nAnswer:');
	});

	it('needs a model', () => {
		const format = { ...mmlu, chat: { multiturn: true, system: null } };
		expect(() => createRenderer(format, 'mine').render(question, [])).toThrow(Failure);
		expect(() => createRenderer(format, 'mine').render(question, [])).toThrow(/Variant "mine" is a chat/);
	});

	it('joins from its segments whatever the messages are', () => {
		const text = fc.oneof(
			fc.string({ unit: 'grapheme', maxLength: 6 }),
			fc.constantFrom('', ' ', '\n', 'user', '</>', '<user>', '>', 'A', '<h>', '\uE0000\uE001', ' a '),
		);
		fc.assert(
			fc.property(
				fc.constantFrom(plain, trimming, within),
				fc.boolean(),
				fc.array(text, { minLength: 5, maxLength: 5 }),
				(template, multiturn, [description = '', first = '', second = '', label = '', system = '']) => {
					const literal = (one: string) => `{{ ${JSON.stringify(one)} }}`;
					const own: Format = {
						...mmlu,
						description: '{{ row_description }}',
						item: [
							{ kind: 'question', template: '{{ first }}' },
							{ kind: 'choices', template: '{{ second }}' },
						],
						choices: { from: 'list', templates: ['{{ label }}', literal('b')] },
						chat: { multiturn, system },
					};
					const columns = new Map([
						['row_description', description],
						['first', first],
						['second', second],
						['label', label],
					]);
					const [one, shot] = ['test/0', 'dev/0'].map(key => questionOf({ key, columns }));
					if (!one || !shot) {
						return;
					}
					const seen: string[] = [];
					const watched: typeof template = {
						render(messages) {
							const rendered = template.render(messages);
							seen.push(rendered);
							return rendered;
						},
					};
					const prompt = createRenderer(own, 'v', watched).render(one, [shot]);
					expect(promptText(prompt)).toBe(seen[0]);
					expect(prompt.segments.every(segment => segment.text !== '')).toBe(true);
				},
			),
			{ numRuns: 500 },
		);
	});

	it.skipIf(!hasShared('models', 'SmolLM2-135M-Instruct'))('is one in SmolLM2’s own words', async () => {
		const { chat = expect.fail('no template') } = await loadTokenizer(
			path.join(shared, 'models/SmolLM2-135M-Instruct'),
		);
		const prompt = render(chat, { multiturn: false });
		expect(promptText(prompt)).toBe(
			'<|im_start|>system\nAbout cats.\n\n<|im_end|>\n<|im_start|>user\nShot 0?\nAnswer: A\n\nShot 1?\nAnswer: B\n\nWhy?\nAnswer:<|im_end|>\n<|im_start|>assistant\n',
		);
		// Without a system message the template brings its own.
		expect(promptText(render(chat, {}, { description: '' }, []))).toContain('named SmolLM');
	});
});
