// On vLLM: questions a second and the share of tokens that its cache spares, in the tree's order and in none; and against
// lm-evaluation-harness' `local-completions`. `npm run bench -- remote [--repetitions=3] …`
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { peersFolder, startPeer } from './peers/peerProcess.mjs';
import { rooms } from './product/rooms.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const shared = path.join(root, '..', 'shared');
const { values: options } = parseArgs({
	options: {
		data: { type: 'string', default: path.join(shared, 'data', 'mmlu') },
		model: { type: 'string', default: path.join(shared, 'models', 'SmolLM2-135M-Instruct') },
		peers: { type: 'string', default: peersFolder },
		// For the order: subjects, questions of each, and blocks of 32 tokens in vLLM's memory.
		subjects: {
			type: 'string',
			default:
				'abstract_algebra,anatomy,astronomy,business_ethics,clinical_knowledge,college_biology,college_chemistry,' +
				'college_computer_science,college_mathematics,college_medicine,college_physics,computer_security,' +
				'conceptual_physics,econometrics,electrical_engineering,elementary_mathematics',
		},
		each: { type: 'string', default: '6' },
		blocks: { type: 'string', default: '128' },
		// For lm-evaluation-harness, which sends four requests a question, so many at a time.
		subject: { type: 'string', default: 'us_foreign_policy' },
		questions: { type: 'string', default: '20' },
		concurrent: { type: 'string', default: '1,8' },
		repetitions: { type: 'string', default: '3' },
	},
});
const cli = path.join(root, 'dist', 'cli.cjs');
const python = path.join(options.peers, 'bin', 'python');
const vllm = path.join(options.peers, 'vllm', 'bin', 'python');
for (const [what, file] of [
	['the built command line (npm run build)', cli],
	['the data (--data=FOLDER)', path.join(options.data, 'test.parquet')],
	['the model (--model=FOLDER)', path.join(options.model, 'tokenizer.json')],
	['the environment of peers (bench/peers/install.sh; --peers=FOLDER)', python],
	['vLLM in that environment', vllm],
]) {
	if (!existsSync(file)) {
		console.log(`skipped: ${file} is not here; it is ${what}`);
		process.exit(0);
	}
}
const subjects = options.subjects.split(',');
const repetitions = Number(options.repetitions);
const folder = mkdtempSync(path.join(tmpdir(), 'eval-lens-remote-'));
const peers = [];
let runs = 0;
try {
	await byOrder();
	await againstHarness();
} finally {
	rmSync(folder, { recursive: true, force: true });
}

/** A new vLLM, whose memory is empty. */
async function startVllm(...extra) {
	const port = String(await freePort());
	const args = [
		path.join(here, 'peers', 'vllm_server.py'),
		'--attached',
		'--port',
		port,
		'--model',
		options.model,
		...extra,
	];
	const child = spawn(python, args, { stdio: ['pipe', 'ignore', 'pipe'] });
	let complaint = '';
	child.stderr.setEncoding('utf8').on('data', text => {
		complaint = (complaint + text).slice(-2000);
	});
	const ended = once(child, 'close');
	const url = `http://127.0.0.1:${port}`;
	while (!(await fetch(`${url}/health`).catch(() => null))?.ok) {
		if (child.exitCode !== null) {
			throw new Error(`the server ended with ${child.exitCode}: ${complaint}`);
		}
		await new Promise(resolve => setTimeout(resolve, 200));
	}
	return {
		url,
		end: async () => {
			child.stdin.end();
			await ended;
		},
	};
}

function freePort() {
	return new Promise((resolve, reject) => {
		const probe = createServer().once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});
}

function writeEvaluation(name, url, fields) {
	const file = path.join(folder, `${name}.eval.yaml`);
	const evaluation = {
		dataset_path: options.data,
		num_fewshot: 5,
		models: [{ path: options.model, launch: { url } }],
		variants: { harness: 'mmlu/harness' },
		...fields,
	};
	// JSON is YAML.
	writeFileSync(file, JSON.stringify(evaluation));
	return file;
}

/** A new server each time: it is to remember nothing of what was asked before. */
async function byOrder() {
	const product = await rooms(
		'remote',
		`
		export { openEndpoint } from './src/engine/endpoint/endpointEngine';
		export { neverCancelled } from './src/protocol/cancellation';
		export { loadRun } from './src/run/loadRun';
		export { collectRequests } from './src/run/sampleRequests';
		`,
	);
	const token = product.neverCancelled;
	const file = writeEvaluation('order', 'http://127.0.0.1:1', {
		where: { subject: subjects },
		limit: { per_subject: Number(options.each) },
	});
	const { dataset, planned } = await product.loadRun({ file, token });
	const [{ model, variants }] = planned;
	const all = await product.collectRequests(variants, dataset.examples, model, () => {}, { token });
	const work = async arrange => {
		const server = await startVllm('--blocks', options.blocks);
		try {
			const address = { url: server.url, headers: async () => ({}) };
			const engine = await product.openEndpoint({ address, tokenizer: model.tokenizer, names: [null, null] }, token);
			const plan = engine.plan(all.trie);
			const start = performance.now();
			let answers = 0;
			const arranged = { ...plan, asks: arrange(plan.asks) };
			for await (const answer of engine.work(arranged, { isDone: () => false, token })) {
				answers += answer.kind === 'scored' ? 1 : 0;
			}
			const { tokens_in: sent, cached } = engine.counts;
			return { perSecond: (answers * 1000) / (performance.now() - start), cached: cached / sent };
		} finally {
			await server.end();
		}
	};
	const ways = { 'in the order of the tree': asks => asks, 'in no order': shuffled };
	const seen = Object.fromEntries(Object.keys(ways).map(name => [name, []]));
	for (let turn = 0; turn < repetitions; turn++) {
		for (const [name, arrange] of Object.entries(ways)) {
			const load = loadavg()[0].toFixed(1);
			seen[name].push(await work(arrange));
			console.error(`${turn + 1}: ${name} (load average before: ${load})`);
		}
	}
	const what = `${dataset.examples.length} questions of ${subjects.length} subjects, five shots`;
	console.log(`\n${what}; vLLM with memory for ${32 * Number(options.blocks)} tokens\n`);
	console.log(
		'| questions | a second: min | median | max | tokens from the server’s cache |\n| --- | ---: | ---: | ---: | ---: |',
	);
	for (const [name, turns] of Object.entries(seen)) {
		const [min, mid, max] = spread(turns.map(({ perSecond }) => perSecond)).map(value => value.toFixed(2));
		console.log(`| ${name} | ${min} | ${mid} | ${max} | ${(100 * turns[0].cached).toFixed(1)} % |`);
	}
}

/** Always the same disorder. */
function shuffled(asks) {
	const mixed = [...asks];
	let state = 20260728;
	for (let i = mixed.length - 1; i > 0; i--) {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		const k = state % (i + 1);
		[mixed[i], mixed[k]] = [mixed[k], mixed[i]];
	}
	return mixed;
}

async function againstHarness() {
	const server = await startVllm();
	try {
		const { subject, questions } = options;
		const file = writeEvaluation('harness', server.url, { where: { subject }, limit: Number(questions) });
		const harness = ['--data', options.data, '--model', options.model, '--subject', subject, '--limit', questions];
		const contestants = [{ name: 'Eval Lens', score: async () => evaluated(file) }];
		for (const concurrent of options.concurrent.split(',')) {
			const args = [
				...harness,
				'--server',
				server.url,
				'--concurrent',
				concurrent,
				'--repetitions',
				options.repetitions,
			];
			const peer = await startPeer(python, path.join(here, 'peers', 'lm_eval_scores.py'), args);
			peers.push(peer);
			contestants.push({
				name: `lm-evaluation-harness, local-completions, ${concurrent} at a time`,
				score: peer.score,
			});
		}
		const seen = contestants.map(() => []);
		for (let turn = 0; turn < repetitions; turn++) {
			for (const [i, { name, score }] of contestants.entries()) {
				const load = loadavg()[0].toFixed(1);
				const { ok } = await fetch(`${server.url}/reset_prefix_cache`, { method: 'POST' });
				assert(ok, 'vLLM keeps its memory of prompts');
				seen[i].push((await score()).seconds);
				console.error(`${turn + 1}: ${name} ${seen[i].at(-1).toFixed(1)} s (load average before: ${load})`);
			}
		}
		const [, ours] = spread(seen[0]);
		console.log(`\n${questions} questions of ${subject}, five shots; vLLM\n`);
		console.log('| contestant | seconds: min | median | max | ÷ Eval Lens |\n| --- | ---: | ---: | ---: | ---: |');
		for (const [i, { name }] of contestants.entries()) {
			const all = spread(seen[i]);
			console.log(`| ${name} | ${all.map(value => value.toFixed(1)).join(' | ')} | ${(all[1] / ours).toFixed(1)} |`);
		}
	} finally {
		await Promise.all(peers.map(peer => peer.end()));
		await server.end();
	}
}

function evaluated(file) {
	const out = path.join(folder, `run-${runs++}`);
	const { status, stderr } = spawnSync(process.execPath, [cli, 'run', file, '--json', '--no-cache', '--out', out], {
		encoding: 'utf8',
	});
	if (status !== 0) {
		throw new Error(`eval-lens run ended with ${status}:\n${stderr.slice(-2000)}`);
	}
	// All of it: reading the data, and the requests that find out what the server is.
	return { seconds: JSON.parse(readFileSync(path.join(out, 'run.json'), 'utf8')).seconds };
}

function spread(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return [sorted[0], sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
}
