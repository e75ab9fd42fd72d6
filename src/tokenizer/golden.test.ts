import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { pairEncoder } from './encodePair';
import { loadTokenizer } from './loadTokenizer';
import type { Tokenizer } from './tokenizer';

const shared = fileURLToPath(new URL('../../../shared', import.meta.url));
const model = path.join(shared, 'models/SmolLM2-135M-Instruct');
const absent = !existsSync(model);
if (absent) {
	console.warn('skipped: the token ids of SmolLM2 need the reference material beside the repository');
}

interface GoldenRow {
	readonly preset: string;
	readonly prompt_sha256: string;
	readonly n_tokens: number;
	readonly continuations: readonly string[];
	readonly continuation_token_ids: readonly (readonly number[])[];
}

/** Rows whose prompt text is at hand too. */
function goldenRows(): { prompt: string; row: GoldenRow }[] {
	const prompts: { prompt: string }[] = JSON.parse(readFileSync(path.join(shared, 'golden/prompts.json'), 'utf8'));
	const byHash = new Map(prompts.map(({ prompt }) => [createHash('sha256').update(prompt).digest('hex'), prompt]));
	return readFileSync(path.join(shared, 'golden/scores.jsonl'), 'utf8')
		.trim()
		.split('\n')
		.map((line): GoldenRow => JSON.parse(line))
		.flatMap(row => {
			const prompt = byHash.get(row.prompt_sha256);
			return prompt === undefined ? [] : [{ prompt, row }];
		});
}

describe.skipIf(absent)('token ids of the independent program', () => {
	let tokenizer: Tokenizer;
	beforeAll(async () => {
		tokenizer = await loadTokenizer(model);
	});

	it('are those of every prompt at hand', () => {
		const rows = goldenRows();
		expect(rows.length).toBeGreaterThan(40);
		expect(new Set(rows.map(({ row }) => row.preset)).size).toBeGreaterThan(4);
		for (const { prompt, row } of rows) {
			const encode = pairEncoder(tokenizer, prompt, { encoding: 'joint', bos: 'auto' });
			const pairs = row.continuations.map(encode);
			expect(pairs.map(pair => pair.continuation)).toEqual(row.continuation_token_ids);
			expect(pairs.map(pair => pair.context.length)).toEqual(row.continuations.map(() => row.n_tokens));
			expect(pairs.map(pair => pair.merged)).toEqual(row.continuations.map(() => false));
		}
	});

	it('has no BOS of its own, but one to ask for', () => {
		expect(tokenizer).toMatchObject({ prefix: [], bos: 1, vocabularySize: 49152 });
		const withBos = pairEncoder(tokenizer, 'Answer:', { encoding: 'joint', bos: true });
		expect(withBos(' A')).toEqual({
			front: 1,
			context: [1, ...tokenizer.encode('Answer:')],
			continuation: [330],
			merged: false,
		});
	});
});
