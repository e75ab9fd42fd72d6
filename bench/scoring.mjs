// Eval Lens against lm-evaluation-harness and llama.cpp on the same weights, questions and threads: seconds of scoring,
// tokens computed, and how far the log-probabilities lie apart. `npm run bench -- scoring [--repetitions=3] …`
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { evalLensScores, writeEvaluation, writePrompts } from './peers/evalLens.mjs';
import { peersFolder, startPeer } from './peers/peerProcess.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const shared = path.join(root, '..', 'shared');
const { values: options } = parseArgs({
	options: {
		data: { type: 'string', default: path.join(shared, 'data', 'mmlu') },
		model: { type: 'string', default: path.join(shared, 'models', 'SmolLM2-135M-Instruct') },
		peers: { type: 'string', default: peersFolder },
		subject: { type: 'string', default: 'us_foreign_policy' },
		shots: { type: 'string', default: '5' },
		repetitions: { type: 'string', default: '3' },
		// Settings of the peers that compete with each other; which is best depends on the machine.
		batches: { type: 'string', default: '1,8' },
		flash: { type: 'string', default: 'on,off' },
	},
});
const cli = path.join(root, 'dist', 'cli.cjs');
for (const [what, file] of [
	['the built command line (npm run build)', cli],
	['the data (--data=FOLDER)', path.join(options.data, 'test.parquet')],
	['the model (--model=FOLDER)', path.join(options.model, 'tokenizer.json')],
]) {
	if (!existsSync(file)) {
		console.log(`skipped: ${file} is not here; it is ${what}`);
		process.exit(0);
	}
}

const folder = mkdtempSync(path.join(tmpdir(), 'eval-lens-scoring-'));
const peers = [];
try {
	await compete();
} finally {
	await Promise.all(peers.map(peer => peer.end()));
	rmSync(folder, { recursive: true, force: true });
}

async function compete() {
	const file = writeEvaluation(folder, { ...options, shots: Number(options.shots) });
	const { target, keys } = writePrompts(cli, file, folder);
	let run = 0;
	const ours = extra => evalLensScores(cli, file, path.join(folder, `run-${run++}`), keys, extra);
	// The first run rewrites the graph, once for ever, and tells how many threads all are to have.
	const warm = ours(['--limit', '4']);
	const threads = warm.threads ?? availableParallelism();
	const contestants = [{ name: 'Eval Lens', score: async () => ours([]) }, ...(await startPeers(target, threads))];
	console.log(
		`${keys.length} questions of ${options.subject}, ${options.shots} shots, preset mmlu/harness; ${threads} threads; ${cpus()[0].model}\n` +
			`Eval Lens: ${warm.about}; timed is ${warm.timed}`,
	);
	const turns = contestants.map(() => []);
	for (let turn = 0; turn < Number(options.repetitions); turn++) {
		for (const [i, contestant] of contestants.entries()) {
			const load = loadavg()[0].toFixed(1);
			const scored = await contestant.score();
			turns[i].push(scored);
			console.error(`${turn + 1}: ${contestant.name} ${scored.seconds.toFixed(2)} s (load average before: ${load})`);
		}
	}
	const results = contestants.map(({ name }, i) => summary(name, turns[i]));
	printTable(results);
	printRest(turns[0].at(-1));
}

async function startPeers(prompts, threads) {
	const python = path.join(options.peers, 'bin', 'python');
	if (!existsSync(python)) {
		console.log(
			`Without peers: ${python} is not here. bench/peers/install.sh makes it; --peers=FOLDER or EVAL_LENS_PEERS name another.`,
		);
		return [];
	}
	const common = ['--model', options.model, '--threads', String(threads), '--repetitions', options.repetitions];
	const harness = ['--data', options.data, '--subject', options.subject, '--shots', options.shots];
	const wanted = [
		...split(options.batches).map(batch => ({
			name: `lm-evaluation-harness, batch ${batch}`,
			script: 'lm_eval_scores.py',
			args: [...harness, '--batch', batch],
		})),
		...split(options.flash).map(flash => ({
			name: `llama.cpp, prompt cache, flash attention ${flash}`,
			script: 'llama_scores.py',
			args: ['--prompts', prompts, '--flash', flash],
		})),
	];
	const started = [];
	for (const { name, script, args } of wanted) {
		try {
			const peer = await startPeer(python, path.join(here, 'peers', script), [...common, ...args]);
			peers.push(peer);
			started.push({ name, score: peer.score });
			console.log(`${name}: ${describe(peer.about)}`);
		} catch (problem) {
			console.log(`Without ${name}: ${problem.message}`);
		}
	}
	return started;
}

/** Of what a peer says of itself, what bears on its speed. */
function describe({ about, build, ...settings }) {
	return JSON.stringify(settings).slice(1, -1).replaceAll('"', '').replaceAll(',', ', ');
}

function split(list) {
	return list.split(',').filter(one => one !== '');
}

function summary(name, turns) {
	const seconds = turns.map(turn => turn.seconds).sort((a, b) => a - b);
	const last = turns.at(-1);
	return {
		name,
		min: seconds[0],
		median: seconds[Math.floor((seconds.length - 1) / 2)],
		max: seconds.at(-1),
		tokens: last.tokens,
		logprobs: last.logprobs,
	};
}

/** Against the harness' first setting: it computes every prompt by itself, in float32. */
function printTable(results) {
	const [ours] = results;
	const reference = results.find(({ name }) => name.startsWith('lm-evaluation-harness'));
	const heads = [
		'',
		'seconds: min',
		'median',
		'max',
		'÷ Eval Lens',
		'tokens computed',
		'largest difference',
		'mean',
		'other answers',
	];
	const rows = results.map(result => {
		const apart = reference && result !== reference ? differences(result.logprobs, reference.logprobs) : null;
		return [
			result.name,
			...[result.min, result.median, result.max].map(seconds => seconds.toFixed(2)),
			(result.median / ours.median).toFixed(2),
			result.tokens?.toLocaleString('en') ?? '–',
			apart ? apart.largest.toExponential(1) : '–',
			apart ? apart.mean.toExponential(1) : '–',
			apart ? String(apart.answers) : '–',
		];
	});
	const line = cells => `| ${cells.join(' | ')} |`;
	console.log(
		`\n${[line(heads), line(heads.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')}\n`,
	);
	if (reference) {
		console.log(`Differences are of the labels' log-probabilities from those of ${reference.name}.`);
	}
}

/** @throws Error where a question was not scored: a contestant that leaves questions out has not competed. */
function differences(scores, reference) {
	let largest = 0;
	let sum = 0;
	let count = 0;
	let answers = 0;
	for (const [i, right] of reference.entries()) {
		const one = scores[i];
		if (one?.length !== right.length) {
			throw new Error(`question ${i} has ${one?.length ?? 'no'} log-probabilities in place of ${right.length}`);
		}
		for (const [j, value] of one.entries()) {
			const apart = Math.abs(value - right[j]);
			largest = Math.max(largest, apart);
			sum += apart;
			count++;
		}
		answers += first(one) === first(right) ? 0 : 1;
	}
	return { largest, mean: sum / count, answers };
}

function first(logprobs) {
	return logprobs.indexOf(Math.max(...logprobs));
}

function printRest({ parts, tokens, distinct }) {
	if (parts) {
		console.log(
			`Eval Lens besides scoring, not in the table: ${parts.load.toFixed(2)} s to load, ${parts.plan.toFixed(2)} s to render, tokenise and plan.`,
		);
	}
	if (tokens && distinct) {
		console.log(`Eval Lens computed ${tokens} tokens; ${distinct} are distinct (${(tokens / distinct).toFixed(4)}).`);
	}
	const memory = existsSync('/proc/meminfo')
		? readFileSync('/proc/meminfo', 'utf8').split('\n')[0].split(/\s+/)[1]
		: null;
	if (memory) {
		console.log(`Memory of the machine: ${(memory / 2 ** 20).toFixed(0)} GB; Node ${process.version}.`);
	}
}
