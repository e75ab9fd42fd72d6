// Eval Lens as a contestant: its own command line, one run of a temporary folder a repetition, the cache left aside.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes the evaluation that the harness' task stands for, and returns its path. */
export function writeEvaluation(folder, { data, model, subject, shots }) {
	const file = path.join(folder, 'scoring.eval.yaml');
	const evaluation = {
		dataset_path: data,
		where: { subject },
		num_fewshot: shots,
		models: [{ path: model }],
		variants: { harness: 'mmlu/harness' },
	};
	// JSON is YAML.
	writeFileSync(file, JSON.stringify(evaluation));
	return file;
}

/** The prompts and continuations as the contestants that read no evaluation are given them, in the test's order. */
export function writePrompts(cli, file, folder) {
	const lines = evalLens(cli, ['preview', file, '--example', 'all', '--json']).trim().split('\n');
	const prompts = lines.map(line => {
		const { key, prompt, continuations } = JSON.parse(line);
		return { key, prompt, continuations };
	});
	const target = path.join(folder, 'prompts.json');
	writeFileSync(target, JSON.stringify(prompts));
	return { target, keys: prompts.map(({ key }) => key) };
}

/**
 * One run. `seconds` is the record's time of scoring where it has one, else that of the whole run, as `timed` says;
 * `logprobs` stand in the order of `keys`.
 */
export function evalLensScores(cli, file, run, keys, extra = []) {
	evalLens(cli, ['run', file, '--no-cache', '--json', '--out', run, ...extra]);
	const record = JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'));
	const [model] = record.models;
	const samples = readFileSync(path.join(run, 'samples.jsonl'), 'utf8')
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));
	const byKey = new Map(samples.map(sample => [sample.key, sample.logprobs]));
	return {
		seconds: model.seconds?.score ?? record.seconds,
		timed: model.seconds === undefined ? 'the whole run' : 'scoring',
		parts: model.seconds ?? null,
		tokens: model.tokens?.computed ?? null,
		distinct: model.tokens?.distinct ?? null,
		threads: model.threads,
		about:
			`${record.versions?.eval_lens ?? ''} ${model.engine} ${model.engine_version}, ${model.dtype}, ${model.device}`.trim(),
		logprobs: keys.map(key => byKey.get(key) ?? null),
	};
}

function evalLens(cli, args) {
	const { status, stdout, stderr, error } = spawnSync(process.execPath, [cli, ...args], {
		encoding: 'utf8',
		maxBuffer: 2 ** 28,
	});
	if (status !== 0) {
		throw new Error(`eval-lens ${args[0]} ended with ${status ?? error?.message}:\n${stderr.slice(-2000)}`);
	}
	return stdout;
}
