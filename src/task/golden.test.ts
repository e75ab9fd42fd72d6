import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GoldenScore } from '../../test/goldenScores';
import { hasShared, shared } from '../../test/paths';
import { presetFormat, resolvedEvaluation } from '../../test/resolvedEvaluation';
import type { Format } from '../config/format';
import type { LoadedDataset } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import { createRenderer } from '../prompt/render';
import { createShotPicker } from '../prompt/shots';
import { promptText } from '../protocol/prompt';
import { loadTokenizer } from '../tokenizer/loadTokenizer';
import { createAsker, type Reader, score } from './multipleChoice';

const present = hasShared('golden', 'scores.jsonl') && hasShared('models', 'SmolLM2-135M-Instruct');

describe.skipIf(!present)('what an independent program asked, and made of the answers', () => {
	let reader: Reader;
	let pools: LoadedDataset['pools'];
	beforeAll(async () => {
		const tokenizer = await loadTokenizer(path.join(shared, 'models', 'SmolLM2-135M-Instruct'));
		reader = { name: 'SmolLM2', tokenizer, window: 8192 };
		const formats = [presetFormat('mmlu/original'), presetFormat('mmlu/harness-2023-01')];
		({ pools } = await loadDataset(resolvedEvaluation('mmlu', { formats }), { folder: path.join(shared, 'data') }));
	});

	const ask = (preset: string, format: Format, row: GoldenScore) => {
		const question = pools.get(row.subject)?.test[row.test_index] ?? expect.fail(`no row ${row.test_index}`);
		const asker = createAsker({ name: preset, preset, format }, createRenderer(format, preset), reader);
		return asker(question, createShotPicker(format, pools)(question));
	};
	const scored = (asked: ReturnType<typeof ask>, logprobs: readonly number[]) => {
		const results = asked.requests.map((request, i) => ({
			continuations: request.continuations.map((_, j) => {
				const choice = asked.places.findIndex(place => place.request === i && place.continuation === j);
				return { logprob: logprobs[choice] ?? Number.NaN, greedy: false };
			}),
			argmax: 0,
			computed: 0,
		}));
		return score(asked, results, reader.tokenizer);
	};
	const tokensOf = (asked: ReturnType<typeof ask>) =>
		asked.places.map(place => asked.requests[place.request]?.continuations[place.continuation]);

	const rows = readRows();
	const groups = [...new Set(rows.map(row => row.preset))];
	it.each(groups)('%s', preset => {
		for (const row of rows.filter(one => one.preset === preset)) {
			const format = presetFormat(preset, { num_fewshot: row.num_fewshot });
			const asked = ask(preset, format, row);
			const where = `${row.subject} ${row.test_index}`;
			const sha256 = createHash('sha256').update(promptText(asked.prompt)).digest('hex');
			expect([sha256, asked.nTokens], where).toEqual([row.prompt_sha256, row.n_tokens]);
			expect(asked.prompt.continuations).toEqual(row.continuations);
			expect(tokensOf(asked)).toEqual(row.continuation_token_ids);
			const result = scored(asked, row.logprobs);
			expect(result.label_mass).toBeCloseTo(row.label_mass, 4);
			if (format.scoring === 'loglikelihood') {
				expect(result, where).toMatchObject({ prediction: row.prediction, gold: row.gold, correct: row.correct });
			}
			if (format.acc_norm === 'characters') {
				expect(result.prediction_norm).toBe(row.predictions_by_normalisation?.per_char_nospace);
			}
		}
	});

	it('mmlu/original-hf', () => {
		for (const row of rows) {
			if (row.preset === 'mmlu/original' && row.original_hf) {
				const asked = ask('mmlu/original-hf', presetFormat('mmlu/original-hf', { num_fewshot: row.num_fewshot }), row);
				expect(asked.nTokens).toBe(row.n_tokens);
				expect(asked.prompt.continuations).toEqual(row.original_hf.continuations);
				expect(scored(asked, row.original_hf.logprobs).prediction).toBe(row.original_hf.prediction);
			}
		}
	});
});

function readRows(): GoldenScore[] {
	if (!present) {
		return [];
	}
	const text = readFileSync(path.join(shared, 'golden', 'scores.jsonl'), 'utf8');
	return text
		.trimEnd()
		.split('\n')
		.map((line): GoldenScore => JSON.parse(line));
}
