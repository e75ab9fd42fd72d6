import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoModel, hasShared, root, shared } from '../../test/paths';
import { safeCuts } from './safeCuts';
import { lineCutOf } from './splitPattern';

const tokenizerOf = (folder: string) => JSON.parse(readFileSync(path.join(folder, 'tokenizer.json'), 'utf8'));
const fixture = (name: string) => tokenizerOf(path.join(root, 'test/fixtures/tiny-decoder', name));

const byteLevel = { type: 'ByteLevel', add_prefix_space: false };
const gpt2 = { model: { type: 'BPE' }, pre_tokenizer: byteLevel };
const added = (token: object) => ({ added_tokens: [{ id: 1, content: '<mask>', ...token }] });
const template = (...ids: string[]) => ({
	post_processor: { type: 'TemplateProcessing', single: ids.map(id => ({ Sequence: { id, type_id: 0 } })) },
});
const sequence = (...pretokenizers: unknown[]) => ({ pre_tokenizer: { type: 'Sequence', pretokenizers } });
const split = (Regex: string, more = {}) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', ...more });
const written = String.raw` ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

describe('the cuts of a tokenizer', () => {
	it.each([
		['as of GPT-2', {}, { line: 'before', composedOnly: false }],
		['with NFC', { normalizer: { type: 'NFC' } }, { line: 'before', composedOnly: true }],
		['with an added token', added({}), { line: 'before', composedOnly: false }],
		['with its text once', template('A'), { line: 'before', composedOnly: false }],
		['with a pattern', sequence(split(written), byteLevel), { line: 'before', composedOnly: false }],
	])('%s are known', (_, changes, cuts) => {
		expect(safeCuts({ ...gpt2, ...changes })).toEqual(cuts);
	});

	it.each([
		['another form of Unicode', { normalizer: { type: 'NFKC' } }],
		['NFC and more', { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] } }],
		['a space put in front', { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } }],
		['no pattern', { pre_tokenizer: { type: 'ByteLevel', use_regex: false } }],
		['no pre-tokenizer', { pre_tokenizer: null }],
		['Metaspace', { pre_tokenizer: { type: 'Metaspace' } }],
		['Metaspace behind', sequence(byteLevel, { type: 'Metaspace', prepend_scheme: 'first' })],
		['digits alone', sequence({ type: 'Digits' })],
		['an unknown step first', sequence({ type: 'FixedLength', length: 5 }, byteLevel)],
		['an unknown pattern', sequence(split(String.raw`\s+|.`), byteLevel)],
		['a pattern whose matches go', sequence(split(written, { behavior: 'Removed' }), byteLevel)],
		['matches joined to what is before', sequence(split(written, { behavior: 'MergedWithPrevious' }), byteLevel)],
		['a text for a pattern', sequence({ type: 'Split', pattern: { String: ' ' }, behavior: 'Isolated' }, byteLevel)],
		['an added token that strips to the left', added({ lstrip: true })],
		['an added token that strips to the right', added({ rstrip: true })],
		['an added token with a line end', added({ content: '\n' })],
		['an added token that begins with a letter', added({ content: 'A' })],
		['an added token of several words', added({ content: 'Answer: ' })],
		['Unigram', { model: { type: 'Unigram' } }],
		['a model without a type', { model: {} }],
		['unknown tokens that are fused', { model: { type: 'BPE', fuse_unk: true } }],
		['its text twice', template('A', 'A')],
		['an unknown post-processor', { post_processor: { type: 'Telepathy' } }],
	])('with %s are not', (_, changes) => {
		expect(safeCuts({ ...gpt2, ...changes })).toBeNull();
	});

	it('are there for byte-level fixtures and none for one as of Llama 2', () => {
		expect(safeCuts(fixture('full-logits'))).not.toBeNull();
		expect(safeCuts(tokenizerOf(demoModel))).not.toBeNull();
		expect(safeCuts(fixture('sentencepiece-like'))).toBeNull();
	});

	it.skipIf(!hasShared('models', 'SmolLM2-135M-Instruct'))('are there for SmolLM2', () => {
		const definition = tokenizerOf(path.join(shared, 'models', 'SmolLM2-135M-Instruct'));
		expect(safeCuts(definition)).toEqual({ line: 'before', composedOnly: false });
	});
});

describe('a split pattern', () => {
	it('has no known cuts where its last alternatives are others, or in another order', () => {
		for (const pattern of [
			String.raw` ?\p{L}+|\s+|\s+(?!\S)`,
			String.raw` ?\p{L}+|\s+(?!\S)`,
			String.raw` ?\p{L}+[\n]|\s+(?!\S)|\s+`,
			String.raw`( ?\p{L}+|\s+(?!\S)|\s+`,
			String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|\s+`,
			'',
		]) {
			expect(lineCutOf(pattern)).toBeNull();
		}
	});
});
