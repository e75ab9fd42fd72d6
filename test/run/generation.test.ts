import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/protocol/results';
import type { Sample } from '../../src/protocol/sample';
import { evalLens } from '../commandLine';
import { writeEvaluation } from '../evaluationFolder';
import { demoModel } from '../paths';
import { temporaryFolders } from '../temporaryFolder';

const temporary = temporaryFolders();

const samplesOf = (dir: string): Sample[] =>
	readFileSync(path.join(dir, 'samples.jsonl'), 'utf8')
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line));

async function run(file: string, ...options: string[]): Promise<{ dir: string; results: Result[] }> {
	const { code, stdout, stderr } = await evalLens(['run', file, '--json', ...options]);
	expect(code, stderr).toBe(0);
	const { run: dir, results } = JSON.parse(stdout);
	return { dir, results };
}

/** What is computed is written there. */
function readCache(folder: string): string {
	const cache = path.join(folder, '.evals', '.cache');
	return readdirSync(cache)
		.map(name => readFileSync(path.join(cache, name), 'utf8'))
		.join('');
}

/** The demo's model, taught to chat: its template has three marks of its own. */
function chatModel(folder: string): string {
	const copy = path.join(folder, 'model');
	cpSync(demoModel, copy, { recursive: true });
	const template =
		"{% for m in messages %}{{ '##' + m.role + '\n' + m.content + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '##assistant\n' }}{% endif %}";
	writeFileSync(path.join(copy, 'chat_template.jinja'), template);
	return copy;
}

const variants = {
	letters: {
		extends: 'mmlu/harness-generative',
		num_fewshot: 1,
		generation_kwargs: { until: ['\n'], max_gen_toks: 6 },
	},
	scored: { extends: 'mmlu/harness', num_fewshot: 1 },
	chat: { extends: 'mmlu/harness', num_fewshot: 1, apply_chat_template: true, system_instruction: 'Be brief.' },
	'chat, one message': { extends: 'chat', fewshot_as_multiturn: false },
};

describe('answers that are written', () => {
	it('are recorded beside the labels, and computed once', async () => {
		const folder = temporary();
		const file = writeEvaluation(folder, { models: [{ path: chatModel(folder) }], variants });
		const whole = await run(file, '--out', path.join(folder, 'whole'), '--no-cache');
		const samples = samplesOf(whole.dir);
		expect(samples).toHaveLength(16);
		const of = (variant: string) => samples.filter(sample => sample.variant === variant);
		for (const sample of of('letters')) {
			const scored = of('scored').find(({ key }) => key === sample.key);
			expect(sample.generated).toEqual(expect.any(String));
			expect(sample.generated).not.toContain('\n');
			// The same prompt: what is scored after it is the same too, however it was cut into forwards.
			expect(sample.prompt_sha256).toBe(scored?.prompt_sha256);
			sample.logprobs.forEach((logprob, k) => {
				expect(Math.abs(logprob - (scored?.logprobs[k] ?? Number.NaN))).toBeLessThan(1e-3);
			});
			expect(sample.correct).toBe(sample.prediction === sample.gold);
		}

		await run(file, '--out', path.join(folder, 'cold'));
		const computed = readCache(folder);
		expect(computed.match(/"text":/g)).toHaveLength(4);
		const cached = await run(file, '--out', path.join(folder, 'warm'));
		expect(readCache(folder)).toBe(computed);
		const text = (dir: string) => readFileSync(path.join(dir, 'samples.jsonl'), 'utf8');
		// What is known is recorded variant by variant, what is computed as it was planned.
		const sorted = (dir: string) => text(dir).trimEnd().split('\n').sort();
		expect(sorted(cached.dir)).toEqual(sorted(whole.dir));

		// A run that was interrupted after any of its samples goes on as if it had not been.
		const lines = text(whole.dir).split('\n');
		for (const kept of [1, 3, 6]) {
			const dir = path.join(folder, `resumed-${kept}`);
			cpSync(whole.dir, dir, { recursive: true });
			writeFileSync(path.join(dir, 'samples.jsonl'), `${lines.slice(0, kept).join('\n')}\n`);
			const record = JSON.parse(readFileSync(path.join(dir, 'run.json'), 'utf8'));
			writeFileSync(path.join(dir, 'run.json'), JSON.stringify({ ...record, state: 'cancelled', done: kept }));
			await run(file, '--out', dir, '--no-cache');
			expect(text(dir)).toBe(text(whole.dir));
		}
	});

	it('ask a chat’s template', async () => {
		const folder = temporary();
		const model = chatModel(folder);
		const file = writeEvaluation(folder, { models: [{ path: model }], variants });
		const preview = await evalLens(['preview', file, '--variant', 'chat', '--variant', 'chat, one message', '--json']);
		expect(preview.code, preview.stderr).toBe(0);
		const [chat, one] = preview.stdout
			.trim()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(chat.continuations).toEqual(['A', 'B', 'C', 'D']);
		expect(chat.prompt.split('##').map((turn: string) => turn.split('\n')[0])).toEqual([
			'',
			'system',
			'user',
			'assistant',
			'user',
			'assistant',
		]);
		expect(one.prompt).toMatch(
			/^##system\nBe brief\.\n\nThe following .*\n\n\n##user\n[^#]*Answer: A\n\n[^#]*Answer:\n##assistant\n$/s,
		);

		const without = writeEvaluation(folder, { models: [{ path: demoModel }], variants });
		const { code, stderr } = await evalLens(['run', without, '--out', path.join(folder, 'none')]);
		expect(code).toBe(2);
		expect(stderr).toContain('has no chat template');
	});

	it('may be free, and are exported', async () => {
		const folder = temporary();
		const test = [0, 1, 2].map(n => ({
			question: `What follows ${n}?`,
			capital: n === 1 ? ['x', `${n + 1}`] : `${n + 1}`,
		}));
		const file = writeEvaluation(
			folder,
			{
				num_fewshot: 1,
				output_type: 'generate_until',
				doc_to_text: 'Q: {{question}}\nA:',
				doc_to_target: 'capital',
				generation_kwargs: { until: ['\n'], max_gen_toks: 4, do_sample: false },
				metric_list: [{ metric: 'exact_match', ignore_case: true, regexes_to_ignore: [','] }],
				filter_list: [{ filter: [{ function: 'remove_whitespace' }, { function: 'take_first' }] }],
				variants: undefined,
			},
			{ test, dev: [{ question: 'What follows 7?', capital: '8' }], validation: [] },
		);
		const { dir, results } = await run(file);
		const samples = samplesOf(dir);
		expect(samples.map(sample => sample.target)).toEqual(['1', ['x', '2'], '3']);
		for (const sample of samples) {
			expect(sample).toMatchObject({ gold: null, prediction: null, label_mass: null, continuations: [], logprobs: [] });
			const answer = sample.generated?.replaceAll(',', '').trim().toLowerCase() ?? '';
			expect(sample.correct).toBe([sample.target].flat().includes(answer));
		}
		const right = samples.filter(sample => sample.correct).length;
		expect(results).toMatchObject([{ n: 3, accuracy: right / 3, label_mass: null, rstd: null, answers: [3] }]);
		for (const format of ['html', 'jsonl', 'csv', 'parquet']) {
			const { code, stderr } = await evalLens(['export', dir, '--format', format]);
			expect(code, stderr).toBe(0);
		}
		const human = await evalLens(['run', file, '--out', dir]);
		expect(human.code, human.stderr).toBe(0);
	});
});

it('a question whose template reads the row itself is shown as the template made it', async () => {
	const folder = temporary();
	const file = writeEvaluation(
		folder,
		{
			num_fewshot: 0,
			variants: { kind: { doc_to_text: '{{text}}\nKind?', doc_to_choice: ['no', 'yes'], doc_to_target: 'label' } },
		},
		{ test: [{ text: 'A good film.', label: 1 }] },
	);
	const { dir } = await run(file, '--out', path.join(folder, 'free'));
	const [example] = readFileSync(path.join(dir, 'examples.jsonl'), 'utf8').trim().split('\n');
	expect(JSON.parse(example ?? '')).toMatchObject({
		question: 'A good film.\nKind?',
		choices: ['no', 'yes'],
		answer: null,
	});
});
