// Distance to the bound: what a computed token of a whole run takes, against a token of one long prompt fed at once to the
// same graph, in turns. `npm run bench -- bound [--repetitions=3] [--subject=us_foreign_policy] [--shots=5]`
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { evalLensScores, writeEvaluation, writePrompts } from './peers/evalLens.mjs';
import { rooms } from './product/rooms.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const shared = path.join(root, '..', 'shared');
const { values: options } = parseArgs({
	options: {
		data: { type: 'string', default: path.join(shared, 'data', 'mmlu') },
		model: { type: 'string', default: path.join(shared, 'models', 'SmolLM2-135M-Instruct') },
		file: { type: 'string', default: 'onnx/model_q4.onnx' },
		cache: { type: 'string', default: path.join(homedir(), '.cache', 'eval-lens') },
		subject: { type: 'string', default: 'us_foreign_policy' },
		shots: { type: 'string', default: '5' },
		repetitions: { type: 'string', default: '3' },
		// Tokens of the long prompts.
		lengths: { type: 'string', default: '512,1024' },
	},
});
const cli = path.join(root, 'dist', 'cli.cjs');
const file = path.join(options.model, options.file);
for (const needed of [cli, path.join(options.data, 'test.parquet'), file]) {
	if (!existsSync(needed)) {
		console.log(`skipped: ${needed} is not here (npm run build; --data=FOLDER; --model=FOLDER; --file=ONNX)`);
		process.exit(0);
	}
}

const folder = mkdtempSync(path.join(tmpdir(), 'eval-lens-bound-'));
try {
	await compare();
} finally {
	rmSync(folder, { recursive: true, force: true });
}

async function compare() {
	const evaluation = writeEvaluation(folder, { ...options, shots: Number(options.shots) });
	const { keys } = writePrompts(cli, evaluation, folder);
	const { prefill, profile } = await openGraph();
	const lengths = options.lengths.split(',').map(Number);
	const times = new Map([['run', []], ...lengths.map(length => [length, []])]);
	let computed = 0;
	for (let turn = 0; turn < Number(options.repetitions); turn++) {
		const load = loadavg()[0].toFixed(1);
		const run = evalLensScores(cli, evaluation, path.join(folder, `run-${turn}`), keys);
		computed = run.tokens;
		times.get('run').push((run.seconds * 1000) / run.tokens);
		for (const length of lengths) {
			times.get(length).push(await prefill(length));
		}
		console.error(`${turn + 1}: load average before ${load}`);
	}
	const bound = median(times.get(lengths[0]));
	const name = key => (key === 'run' ? `a run's ${computed} tokens` : `one prompt of ${key} tokens`);
	console.log(
		'\n| milliseconds a token | min | median | max | ÷ the first prompt |\n| --- | ---: | ---: | ---: | ---: |',
	);
	for (const key of [...lengths, 'run']) {
		const all = [...times.get(key)].sort((a, b) => a - b);
		const cells = [all[0], median(all), all.at(-1), median(all) / bound].map(value => value.toFixed(2));
		console.log(`| ${name(key)} | ${cells.join(' | ')} |`);
	}
	printProfile(path.join(folder, await profile()));
}

/** The graph that runs use, with their threads: milliseconds a token of one prompt, the best of three; and its profile. */
async function openGraph() {
	const product = await rooms(
		'bound',
		`
		export { fileSha256 } from './src/engine/fileHash';
		export { neverCancelled } from './src/protocol/cancellation';
		export { prepareGraph } from './src/engine/graph/prepareGraph';
		export { createDecoder } from './src/engine/process/decoder';
		export { decoderLayout } from './src/engine/process/decoderLayout';
		export { openModel } from './src/engine/process/preparedModel';
		export { loadRuntime } from './src/engine/process/runtime';
		`,
	);
	const runtime = await product.loadRuntime();
	const sha256 = await product.fileSha256(file, product.neverCancelled);
	const graphFolder = path.join(options.cache, 'graphs');
	const shape = { keyValueHeads: null, headSize: null, vocabularySize: null };
	const model = await product.openModel(runtime, {
		file,
		sha256,
		folder: options.model,
		graphFolder,
		chunking: null,
		passes: null,
		endOfText: [],
		device: 'cpu',
		threads: null,
		shape,
	});
	if (!model.graph.floatWeights) {
		console.log('The graph runs as it is: its weights are not written out.');
	}
	const tokensOf = length => Array.from({ length }, (_, i) => (i * 7919 + 13) % model.decoder.vocabularySize);
	const profile = async () => {
		const { passes } = model.graph;
		const prepared = await product.prepareGraph({ file, sha256, folder: graphFolder, passes });
		const session = await runtime.InferenceSession.create(prepared.file, {
			intraOpNumThreads: model.threads,
			enableProfiling: true,
			profileFilePrefix: path.join(folder, 'profile'),
		});
		const decoder = product.createDecoder(runtime, session, product.decoderLayout(session, shape, file), {
			file,
			device: 'cpu',
		});
		const shots = { tokens: tokensOf(512), parents: null, past: null, rows: [], keepPast: true };
		const { past } = await decoder.forward(shots);
		const question = { tokens: tokensOf(192), parents: null, past, rows: [191], keepPast: false };
		for (let again = 0; again < 5; again++) {
			await decoder.forward(question);
		}
		session.endProfiling();
		return readdirSync(folder).find(name => name.startsWith('profile'));
	};
	const prefill = async length => {
		const tokens = tokensOf(length);
		let best = Number.POSITIVE_INFINITY;
		for (let again = 0; again < 3; again++) {
			const started = performance.now();
			await model.decoder.forward({ tokens, parents: null, past: null, rows: [length - 1], keepPast: true });
			best = Math.min(best, performance.now() - started);
		}
		return best / length;
	};
	return { prefill, profile };
}

/** Where the time of pieces of 192 tokens goes that follow shots of 512, by operator. */
function printProfile(file) {
	const events = JSON.parse(readFileSync(file, 'utf8')).filter(({ name }) => name.endsWith('_kernel_time'));
	const byOperator = new Map();
	for (const { name, args, dur } of events) {
		// The two products of attention have no weights; ONNX Runtime fuses a transposition into the first.
		const operator = args.op_name.endsWith('MatMul') && name.includes('/self_attn/MatMul') ? 'attention' : args.op_name;
		byOperator.set(operator, (byOperator.get(operator) ?? 0) + dur);
	}
	const all = [...byOperator].sort((a, b) => b[1] - a[1]);
	const sum = all.reduce((total, [, time]) => total + time, 0);
	console.log('\n| operator | share of the time |\n| --- | ---: |');
	for (const [operator, time] of all.filter(([, time]) => time > sum / 200)) {
		console.log(`| ${operator} | ${((100 * time) / sum).toFixed(1)} % |`);
	}
}

function median(values) {
	return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
