import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolders } from '../../test/temporaryFolder';
import { readDecoderConfig } from './decoderConfig';

const temporary = temporaryFolders();

function folderWith(files: Record<string, string | object>): string {
	const folder = temporary();
	for (const [name, content] of Object.entries(files)) {
		writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
	}
	return folder;
}

it.each([
	['max_position_embeddings', { 'config.json': { max_position_embeddings: 8192 } }, 8192],
	[
		'n_positions before the others',
		{ 'config.json': { n_ctx: 1, max_position_embeddings: 2, n_positions: 1024 } },
		1024,
	],
	['the part of the text model', { 'config.json': { text_config: { max_position_embeddings: 77 } } }, 77],
	['the tokenizer’s limit', { 'config.json': {}, 'tokenizer_config.json': { model_max_length: 512 } }, 512],
	['2,048 for a tokenizer without a limit', { 'tokenizer_config.json': { model_max_length: 1e30 } }, 2048],
	['2,048 where nothing is said', {}, 2048],
])('takes the window from %s', async (_, files, window) => {
	expect((await readDecoderConfig(folderWith(files))).window).toBe(window);
});

it('tells the sizes under the names of the architectures', async () => {
	const llama = { num_attention_heads: 9, num_key_value_heads: 3, head_dim: 64, hidden_size: 576, vocab_size: 49152 };
	expect((await readDecoderConfig(folderWith({ 'config.json': llama }))).shape).toEqual({
		keyValueHeads: 3,
		headSize: 64,
		vocabularySize: 49152,
	});
	const gpt2 = { n_head: 12, n_embd: 768, vocab_size: 50257 };
	expect((await readDecoderConfig(folderWith({ 'config.json': gpt2 }))).shape).toEqual({
		keyValueHeads: 12,
		headSize: 64,
		vocabularySize: 50257,
	});
	expect((await readDecoderConfig(folderWith({}))).shape).toEqual({
		keyValueHeads: null,
		headSize: null,
		vocabularySize: null,
	});
});

it.each([
	[
		'generation_config.json',
		{ 'generation_config.json': { eos_token_id: [7, 8] }, 'config.json': { eos_token_id: 2 } },
		[7, 8],
	],
	['config.json', { 'generation_config.json': {}, 'config.json': { eos_token_id: 2 } }, [2]],
	['the part of the text model', { 'config.json': { text_config: { eos_token_id: 0 } } }, [0]],
	['nowhere', { 'config.json': { eos_token_id: null } }, []],
])('takes what ends a text from %s', async (_, files, endOfText) => {
	expect((await readDecoderConfig(folderWith(files))).endOfText).toEqual(endOfText);
});

it('says where a file is broken', async () => {
	const folder = folderWith({ 'config.json': '{"hidden_size": ' });
	await expect(readDecoderConfig(folder)).rejects.toMatchObject({
		reason: { code: 'engine.config-broken', params: { file: path.join(folder, 'config.json') } },
	});
});
