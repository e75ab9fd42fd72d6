// A server that speaks as vLLM does and computes with an ONNX model of a folder: what a run through it gives must be what a
// run on this computer gives. Started as a command by tests of launchers, runs and the extension.
//
//   MODEL_FOLDER   the model                          EVAL_LENS_PORT   where to listen
//   DELAY          milliseconds before each answer    LOG              a file that gets a line for each prompt computed
//   LOADING        milliseconds until the model is there; before that, 503
//   CHANGES_AFTER  prompts after which another model answers: one that is half as sure
//   REFUSES        which prompt, counted from 1 as they come, is refused from then on
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openModel } from '../../src/engine/process/preparedModel';
import { loadRuntime } from '../../src/engine/process/runtime';
import { neverCancelled } from '../../src/protocol/cancellation';
import { loadTokenizer } from '../../src/tokenizer/loadTokenizer';

const { MODEL_FOLDER = '', EVAL_LENS_PORT = '0', DELAY = '0', LOG = '', LOADING = '0' } = process.env;
const { CHANGES_AFTER = 'Infinity', REFUSES = '0' } = process.env;
let asked = 0;
let refused: string | null = null;
const started = Date.now();
const decoder = opened();
// One after the other, as there is one model.
let last: Promise<unknown> = Promise.resolve();

async function opened() {
	const { decoder } = await openModel(await loadRuntime(), {
		file: path.join(MODEL_FOLDER, 'onnx', 'model.onnx'),
		sha256: '',
		folder: MODEL_FOLDER,
		graphFolder: null,
		chunking: null,
		passes: null,
		endOfText: [],
		device: 'cpu',
		threads: 1,
		shape: { keyValueHeads: null, headSize: null, vocabularySize: null },
	});
	return { decoder, tokenizer: await loadTokenizer(MODEL_FOLDER, neverCancelled) };
}

/** ln p of every token after the prompt. */
async function logprobsAfter(tokens: readonly number[]): Promise<number[]> {
	const { decoder: model } = await decoder;
	const { rows } = await model.forward({
		tokens,
		parents: null,
		past: null,
		rows: [tokens.length - 1],
		keepPast: false,
	});
	const sureness = asked > Number(CHANGES_AFTER) ? 0.5 : 1;
	const row = Array.from(rows[0] ?? []).map(logit => logit * sureness);
	const greatest = Math.max(...row);
	const sum = greatest + Math.log(row.reduce((total, logit) => total + Math.exp(logit - greatest), 0));
	return row.map(logit => logit - sum);
}

interface CompletionBody {
	readonly prompt: string | number[];
	readonly logprobs?: number;
	readonly logprob_token_ids?: number[];
	readonly echo?: boolean;
}

async function complete({ prompt, logprobs = 0, logprob_token_ids: wanted = [] }: CompletionBody) {
	const { tokenizer } = await decoder;
	const tokens = typeof prompt === 'string' ? [...tokenizer.prefix, ...tokenizer.encode(prompt)] : prompt;
	const computed = last.then(() => logprobsAfter(tokens));
	last = computed.catch(() => {});
	const all = await computed;
	if (LOG) {
		appendFileSync(LOG, `${JSON.stringify(tokens)}\n`);
	}
	const ranked = all.map((logprob, id) => ({ id, logprob })).sort((a, b) => b.logprob - a.logprob);
	const told = [...ranked.slice(0, logprobs), ...wanted.map(id => ({ id, logprob: all[id] ?? Number.NaN }))];
	const [best] = ranked;
	return {
		id: 'cmpl-1',
		object: 'text_completion',
		model: 'demo',
		choices: [
			{
				index: 0,
				text: tokenizer.decode([best?.id ?? 0]),
				finish_reason: 'length',
				logprobs: {
					tokens: [`token_id:${best?.id}`],
					token_logprobs: [best?.logprob],
					top_logprobs: [Object.fromEntries(told.map(({ id, logprob }) => [`token_id:${id}`, logprob]))],
				},
			},
		],
		usage: { prompt_tokens: tokens.length, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 0 } },
	};
}

async function answer(request: IncomingMessage): Promise<[status: number, body: unknown]> {
	const text = (await request.toArray()).join('');
	if (Date.now() - started < Number(LOADING)) {
		return [503, { error: { message: 'the model is loading' } }];
	}
	switch (`${request.method} ${request.url}`) {
		case 'GET /health':
			return [200, {}];
		case 'GET /version':
			return [200, { version: '0.20.0' }];
		case 'GET /v1/models':
			return [200, { object: 'list', data: [{ id: 'demo', object: 'model', owned_by: 'vllm', max_model_len: 4096 }] }];
		case 'POST /tokenize': {
			const { tokenizer } = await decoder;
			const tokens = tokenizer.encode(JSON.parse(text).prompt);
			return [200, { count: tokens.length, max_model_len: 4096, tokens }];
		}
		case 'POST /v1/completions':
			asked++;
			if (asked === Number(REFUSES)) {
				refused = text;
			}
			if (text === refused) {
				return [400, { error: { message: 'This prompt is refused.' } }];
			}
			await pause(Number(DELAY));
			return [200, await complete(JSON.parse(text))];
		default:
			return [404, { error: { message: 'Not Found' } }];
	}
}

const server = createServer((request, response) => {
	answer(request).then(
		([status, body]) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body)),
		error => response.writeHead(500).end(JSON.stringify({ error: { message: String(error) } })),
	);
});
server.listen(Number(EVAL_LENS_PORT), '127.0.0.1', () => {
	const address = server.address();
	console.log(`listening on ${typeof address === 'object' ? address?.port : address}`);
});
