import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasShared, root, shared } from '../../test/paths';
import { temporaryFolders } from '../../test/temporaryFolder';
import { Failure } from '../protocol/failure';
import type { ChatMessage } from '../protocol/prompt';
import { chatTemplate } from './chatTemplate';
import { contextTokens } from './encodePair';
import { loadTokenizer } from './loadTokenizer';
import { readTokenizerFiles } from './tokenizerFiles';

const messages: readonly ChatMessage[] = [
	{ role: 'system', content: 'Be brief.' },
	{ role: 'user', content: ' Why?\n' },
];

const render = (config: Record<string, unknown>, own: string | null = null) =>
	chatTemplate({ config, chatTemplate: own }, 'model')?.render(messages);

function failureOf(work: () => unknown) {
	try {
		work();
	} catch (error) {
		return error instanceof Failure ? error.reason : error;
	}
	return expect.fail('nothing failed');
}

describe('a chat template', () => {
	const template =
		'{% for m in messages %}\n    {% if true %}\n{{ m.role }}:{{ m.content | trim }}|{% endif %}{% endfor %}';

	it('is rendered as transformers renders it, and asks for the answer', () => {
		expect(render({ chat_template: template })).toBe('system:Be brief.|user:Why?|');
		const asking = '{{ bos_token }}{{ messages | length }}{% if add_generation_prompt %}?{{ eos_token }}{% endif %}\n';
		expect(render({ chat_template: asking, bos_token: '<s>', eos_token: { content: '</s>' } })).toBe('<s>2?</s>');
	});

	it('stands in a file of its own, in the configuration, or there under the name default', () => {
		const named = [
			{ name: 'tool_use', template: 'tools' },
			{ name: 'default', template: 'chat' },
		];
		expect(render({ chat_template: named })).toBe('chat');
		expect(render({ chat_template: named.slice(0, 1) })).toBe('tools');
		expect(render({ chat_template: 'config' }, 'file')).toBe('file');
		expect(chatTemplate({ config: {}, chatTemplate: null }, 'model')).toBeNull();
		expect(chatTemplate({ config: { chat_template: [{ name: 'a' }, 7] }, chatTemplate: null }, 'model')).toBeNull();
	});

	it('gives the same text every day', () => {
		expect(render({ chat_template: '{{ strftime_now("%d %b %Y") }}' })).toBe('26 Jul 2024');
	});

	it('may refuse a conversation', () => {
		const refusing =
			"{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported.') }}{% endif %}";
		expect(failureOf(() => render({ chat_template: refusing }))).toEqual({
			code: 'tokenizer.chat-refused',
			params: { file: path.join('model', 'tokenizer_config.json'), reason: 'System role not supported' },
		});
	});

	it('is named where it is broken', () => {
		for (const broken of ['{% for %}', '{{ messages | nonsense }}', '{{ (1).x.y() }}']) {
			expect(failureOf(() => render({}, broken))).toMatchObject({
				code: 'tokenizer.chat-broken',
				params: { file: path.join('model', 'chat_template.jinja') },
			});
		}
		expect(failureOf(() => render({ chat_template: '{{ range(1000000000) | length }}' }))).toMatchObject({
			code: 'tokenizer.chat-broken',
		});
	});
});

describe('in a model folder', () => {
	const temporary = temporaryFolders();
	const definition = path.join(root, 'test/fixtures/tiny-decoder/full-logits');

	it('decides what the tokenizer’s files are', async () => {
		const { definition: tokenizer } = await readTokenizerFiles(definition);
		const folder = temporary();
		writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
		const before = await loadTokenizer(folder);
		expect(before.chat).toBeUndefined();
		writeFileSync(path.join(folder, 'chat_template.jinja'), 'x');
		const after = await loadTokenizer(folder);
		expect(after.chat?.render([])).toBe('x');
		expect(after.sha256).not.toBe(before.sha256);
	});

	it.skipIf(!hasShared('models', 'SmolLM2-135M-Instruct'))('is SmolLM2’s, with one BOS', async () => {
		const tokenizer = await loadTokenizer(path.join(shared, 'models', 'SmolLM2-135M-Instruct'));
		const text = tokenizer.chat?.render(messages) ?? '';
		expect(text).toBe(
			'<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n Why?\n<|im_end|>\n<|im_start|>assistant\n',
		);
		const alone = tokenizer.chat?.render(messages.slice(1)) ?? '';
		expect(alone.startsWith('<|im_start|>system\nYou are a helpful AI assistant named SmolLM')).toBe(true);
		// Its BOS is <|im_start|>, with which the text already begins.
		expect(tokenizer.bos).toBe(1);
		for (const bos of ['auto', true, false] as const) {
			expect(contextTokens(tokenizer, text, bos).slice(0, 2)).toEqual([1, tokenizer.encode('system')[0]]);
		}
	});
});
