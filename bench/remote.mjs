// Through servers: questions a second and the share of tokens that the server's cache spares, in the tree's order and in
// none; and against lm-evaluation-harness' `local-completions` on one server. `npm run bench -- remote [--repetitions=3] …`
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPeer } from './peers/peerProcess.mjs';
import { rooms } from './product/rooms.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const shared = path.join(root, '..', 'shared');
const { values: options } = parseArgs({
	options: {
		data: { type: 'string', default: path.join(shared, 'data', 'mmlu') },
		model: { type: 'string', default: path.join(shared, 'models', 'SmolLM2-135M-Instruct') },
		peers: {
			type: 'string',
			default: process.env.EVAL_LENS_PEERS ?? path.join(homedir(), '.cache', 'eval-lens-peers'),
		},
		// The first of these, for lm-evaluation-harness; all of them for the order.
		subjects: { type: 'string', default: 'us_foreign_policy,astronomy,philosophy,marketing' },
		questions: { type: 'string', default: '25' },
		concurrent: { type: 'string', default: '1,4' },
		repetitions: { type: 'string', default: '3' },
	},
});
const cli = path.join(root, 'dist', 'cli.cjs');
const python = path.join(options.peers, 'bin', 'python');
for (const [what, file] of [
	['the built command line (npm run build)', cli],
	['the data (--data=FOLDER)', path.join(options.data, 'test.parquet')],
	['the model (--model=FOLDER)', path.join(options.model, 'tokenizer.json')],
	['the environment of peers (bench/peers/install.sh; --peers=FOLDER)', python],
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

/** A server of a Python script: the port is told as an argument of that name, or in the environment. */
async function startServer(script, ...argument) {
	const port = String(await freePort());
	const child = spawn(python, [script, ...(argument.length > 0 ? [...argument, port] : [])], {
		stdio: ['pipe', 'ignore', 'pipe'],
		env: { ...process.env, EVAL_LENS_PORT: port },
	});
	let complaint = '';
	child.stderr.setEncoding('utf8').on('data', text => {
		complaint = (complaint + text).slice(-2000);
	});
	const url = `http://127.0.0.1:${port}`;
	while (!(await fetch(`${url}/v1/models`).catch(() => null))?.ok) {
		if (child.exitCode !== null) {
			throw new Error(`the server ended with ${child.exitCode}: ${complaint}`);
		}
		await new Promise(resolve => setTimeout(resolve, 200));
	}
	return { child, url };
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

/** llama.cpp's own server, whose answers tell what came from its cache; a new one each time, since it keeps old prompts. */
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
		limit: { per_subject: Number(options.questions) },
	});
	const { dataset, planned } = await product.loadRun({ file, token });
	const [{ model, variants }] = planned;
	const all = await product.collectRequests(variants, dataset.examples, model, () => {}, { token });
	const work = async arrange => {
		const llama = await startServer(path.join(root, 'test', 'servers', 'llamaServer.py'));
		try {
			const address = { url: llama.url, headers: async () => ({}) };
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
			llama.child.kill();
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
	console.log(`\n${what}, llama.cpp's server with one slot\n`);
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

/** On llama-cpp-python's server, whose `echo` the harness needs; its log-probabilities are not compared. */
async function againstHarness() {
	const server = await startServer(path.join(here, 'peers', 'llama_server.py'), '--port');
	try {
		const [subject] = subjects;
		const file = writeEvaluation('harness', server.url, { where: { subject } });
		const harness = ['--data', options.data, '--model', options.model, '--subject', subject, '--server', server.url];
		const contestants = [{ name: 'Eval Lens', score: async () => evaluated(file) }];
		for (const concurrent of options.concurrent.split(',')) {
			const args = [...harness, '--concurrent', concurrent, '--repetitions', options.repetitions];
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
				seen[i].push((await score()).seconds);
				console.error(`${turn + 1}: ${name} ${seen[i].at(-1).toFixed(1)} s (load average before: ${load})`);
			}
		}
		const [, ours] = spread(seen[0]);
		console.log(`\n100 questions of ${subject}, five shots, llama-cpp-python's server\n`);
		console.log('| contestant | seconds: min | median | max | ÷ Eval Lens |\n| --- | ---: | ---: | ---: | ---: |');
		for (const [i, { name }] of contestants.entries()) {
			const all = spread(seen[i]);
			console.log(`| ${name} | ${all.map(value => value.toFixed(1)).join(' | ')} | ${(all[1] / ours).toFixed(1)} |`);
		}
	} finally {
		await Promise.all(peers.map(peer => peer.end()));
		server.child.kill();
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
	return { seconds: JSON.parse(readFileSync(path.join(out, 'run.json'), 'utf8')).models[0].seconds.score };
}

function spread(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return [sorted[0], sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
}
