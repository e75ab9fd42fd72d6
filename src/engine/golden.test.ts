import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scoreAll, writeOne } from '../../test/askEngine';
import { enginePath } from '../../test/buildEngine';
import { hasShared, shared } from '../../test/paths';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { commonLength } from '../tokenizer/commonLength';
import { pairEncoder } from '../tokenizer/encodePair';
import { loadTokenizer } from '../tokenizer/loadTokenizer';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { type LocalEngine, startLocalEngine } from './localEngine';
import type { LoglikelihoodRequest } from './requests';

const model = path.join(shared, 'models', 'SmolLM2-135M-Instruct');
const presets = ['mmlu/original', 'mmlu/helm', 'mmlu/harness-2023-01'];

/** Log-probabilities by an independent program on the same weights, and the prompt where its text is at hand. */
interface GoldenRow {
	readonly preset: string;
	readonly subject: string;
	readonly prompt: string;
	readonly prompt_sha256: string;
	readonly n_tokens: number;
	readonly continuations: readonly string[];
	readonly logprobs: readonly number[];
	readonly generated?: string;
}

function goldenRows(): GoldenRow[] {
	const prompts: { prompt: string }[] = JSON.parse(readFileSync(path.join(shared, 'golden/prompts.json'), 'utf8'));
	const byHash = new Map(prompts.map(({ prompt }) => [createHash('sha256').update(prompt).digest('hex'), prompt]));
	return readFileSync(path.join(shared, 'golden/scores.jsonl'), 'utf8')
		.trim()
		.split('\n')
		.map((line): GoldenRow => JSON.parse(line))
		.filter(row => presets.includes(row.preset) && byHash.has(row.prompt_sha256))
		.map(row => ({ ...row, prompt: byHash.get(row.prompt_sha256) ?? '' }));
}

/** With what each context shares with a neighbour of its preset and subject as its prefix. */
function asRequests(rows: readonly GoldenRow[], tokenizer: Tokenizer): LoglikelihoodRequest[] {
	const requests = rows.map(({ prompt, continuations }) => {
		const pairs = continuations.map(pairEncoder(tokenizer, prompt, { encoding: 'joint', bos: 'auto' }));
		return { context: pairs[0]?.context ?? [], continuations: pairs.map(({ continuation }) => continuation) };
	});
	return requests.map((request, i) => {
		const same = requests.filter((_, k) => k !== i && groupOf(rows[k]) === groupOf(rows[i]));
		const lengths = same.map(other => commonLength(request.context, other.context));
		return { ...request, prefix: Math.min(...lengths, request.context.length - 1) };
	});
}

function groupOf(row: GoldenRow | undefined): string {
	return `${row?.preset} ${row?.subject}`;
}

describe.skipIf(!hasShared('golden', 'scores.jsonl') || !hasShared('models', 'SmolLM2-135M-Instruct'))(
	'SmolLM2-135M-Instruct',
	() => {
		let engine: LocalEngine;
		let tokenizer: Tokenizer;
		beforeAll(async () => {
			tokenizer = await loadTokenizer(model);
			engine = await startLocalEngine(
				{ folder: model, dtype: null, device: 'cpu', enginePath: await enginePath() },
				neverCancelled,
			);
		});
		afterAll(() => engine?.dispose());

		it('gives the log-probabilities of an independent program', async () => {
			expect(engine.info).toMatchObject({ dtype: 'q4', window: 8192, vocabularySize: 49152 });
			const rows = goldenRows();
			expect(new Set(rows.map(row => row.preset))).toEqual(new Set(presets));
			const requests = asRequests(rows, tokenizer);
			const { results, computed } = await scoreAll(engine, requests);
			let worst = 0;
			for (const [i, row] of rows.entries()) {
				const result = results[i] ?? expect.fail('a row without a result');
				const logprobs = result.continuations.map(({ logprob }) => logprob);
				worst = Math.max(worst, ...row.logprobs.map((golden, k) => Math.abs(golden - (logprobs[k] ?? Number.NaN))));
				// The first of the greatest on both sides.
				expect(logprobs.indexOf(Math.max(...logprobs))).toBe(row.logprobs.indexOf(Math.max(...row.logprobs)));
				if (row.generated !== undefined) {
					expect(tokenizer.decode([result.argmax]).trim()).toBe(row.generated.trim());
				}
			}
			const total = requests.reduce((sum, { context }) => sum + context.length, 0);
			console.log(
				`${rows.length} prompts: largest difference ${worst.toExponential(1)} nat, ${computed} of ${total} tokens`,
			);
			expect(worst).toBeLessThan(1e-3);
			expect(computed).toBeLessThan(total);
		});

		it('writes what scoring finds most probable at each step', async () => {
			const context = tokenizer.encode('<|im_start|>user\nName three colours.<|im_end|>\n<|im_start|>assistant\n');
			const { text, tokens, logprobs, ended } = await writeOne(engine, {
				context,
				prefix: 4,
				maxTokens: 24,
				until: ['<|im_end|>', 'blue and'],
			});
			expect(ended).not.toBe('length');
			expect(text).not.toContain('<|im_end|>');
			const { results } = await scoreAll(
				engine,
				tokens.map((token, i) => ({
					context: [...context, ...tokens.slice(0, i)],
					prefix: 0,
					continuations: [[token]],
				})),
			);
			for (const [i, token] of tokens.entries()) {
				expect(results[i]?.argmax).toBe(token);
				const logprob = results[i]?.continuations[0]?.logprob ?? Number.NaN;
				expect(Math.abs(logprob - (logprobs[i] ?? Number.NaN))).toBeLessThan(1e-3);
			}
			console.log(`${tokens.length} tokens, ${ended}: ${JSON.stringify(text)}`);
		});

		it('is cancelled in the middle of writing', async () => {
			const own = await startLocalEngine(
				{ folder: model, dtype: null, device: 'cpu', enginePath: await enginePath() },
				neverCancelled,
			);
			const source = new CancellationSource();
			const writing = writeOne(own, { context: [330], prefix: 0, maxTokens: 8000, until: [] }, source.token);
			writing.catch(() => {});
			await new Promise(resolve => setTimeout(resolve, 500));
			source.cancel();
			await expect(writing).rejects.toBeInstanceOf(Cancelled);
		});

		it('is cancelled in the middle of a long forward, and its process is gone', async () => {
			const own = await startLocalEngine(
				{ folder: model, dtype: null, device: 'cpu', chunking: 'whole', enginePath: await enginePath() },
				neverCancelled,
			);
			const source = new CancellationSource();
			// In one piece, since nothing is cut here.
			const long = { context: new Array<number>(3000).fill(330), prefix: 0, continuations: [[330]] };
			const scoring = scoreAll(own, [long], { token: source.token });
			scoring.catch(() => {});
			// Long enough for the forward to be on its way, a fraction of what it takes.
			await new Promise(resolve => setTimeout(resolve, 300));
			const cancelledAt = performance.now();
			source.cancel();
			await expect(scoring).rejects.toBeInstanceOf(Cancelled);
			const { processId } = own;
			await vi.waitFor(() => expect(() => process.kill(processId ?? 0, 0)).toThrow('ESRCH'), { timeout: 10_000 });
			console.log(`cancelled in ${(performance.now() - cancelledAt).toFixed(0)} ms`);
		});
	},
);
