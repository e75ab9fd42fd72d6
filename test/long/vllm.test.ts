import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/launch/freePort';
import { shellQuote } from '../../src/launch/shellQuote';
import type { Sample } from '../../src/protocol/sample';
import { evaluated } from '../evaluated';
import { everyFormat, nothingInFront } from '../everyFormat';
import { hasShared, root, shared } from '../paths';
import { temporaryFolders } from '../temporaryFolder';

/** Of a log-probability: both compute in float32, and a choice's text has dozens of tokens. */
const tolerance = 5e-4;

const folder = temporaryFolders(afterAll);
/** Gigabytes that few have; `bench/peers/install.sh` brings them. */
const peers = process.env.EVAL_LENS_PEERS ?? path.join(homedir(), '.cache', 'eval-lens-peers');
const isHere =
	hasShared('data', 'mmlu') &&
	hasShared('models', 'SmolLM2-135M-Instruct') &&
	(existsSync(path.join(peers, 'vllm')) || missed());

function missed(): false {
	console.warn(`skipped: vLLM is not in ${peers}: see bench/peers/install.sh`);
	return false;
}

/** vLLM itself, on this computer's processor; the tests of every day have a server that answers in its words. */
describe.skipIf(!isHere)('on vLLM', { timeout: 3_600_000 }, () => {
	it('every format has the numbers of this computer', async () => {
		const model = path.join(shared, 'models', 'SmolLM2-135M-Instruct');
		const script = path.join(root, 'bench', 'peers', 'vllm_server.py');
		const words = [path.join(peers, 'bin', 'python'), script, '--model', model];
		const command = `exec ${words.map(shellQuote).join(' ')} --port "$EVAL_LENS_PORT"`;
		const fields = {
			dataset_path: path.join(shared, 'data', 'mmlu'),
			where: { subject: 'us_foreign_policy' },
			limit: 3,
			num_fewshot: 5,
			variants: {
				...everyFormat,
				...nothingInFront,
				chat: { extends: 'mmlu/harness', apply_chat_template: true },
				'chat in one message': {
					extends: 'mmlu/original',
					apply_chat_template: true,
					fewshot_as_multiturn: false,
					system_instruction: 'You answer with a letter.',
				},
			},
		};
		const here = await evaluated(folder(), { ...fields, models: [{ path: model }] });
		const launch = { local: { command, port: await freePort() } };
		const there = await evaluated(folder(), { ...fields, models: [{ path: model, launch }] });
		expect(there.record.models[0]?.endpoint).toMatchObject({ server: 'vllm', route: 'completions, by token' });

		const idOf = ({ variant, key }: Sample) => `${variant} ${key}`;
		const theirs = new Map(there.samples.map(sample => [idOf(sample), sample]));
		expect(theirs.size).toBe(here.samples.length);
		expect(theirs.size).toBe(3 * Object.keys(fields.variants).length);
		let worst = 0;
		for (const sample of here.samples) {
			const twin = theirs.get(idOf(sample)) ?? expect.fail(`no ${idOf(sample)}`);
			expect(twin.n_tokens, idOf(sample)).toBe(sample.n_tokens);
			for (const [i, logprob] of sample.logprobs.entries()) {
				worst = Math.max(worst, Math.abs(logprob - (twin.logprobs[i] ?? Number.NaN)));
			}
			if (sample.logprobs.length === 0) {
				expect(twin.prediction, idOf(sample)).toBe(sample.prediction);
			}
		}
		console.log(`vLLM: ${theirs.size} samples, largest difference ${worst.toExponential(1)} nat`);
		expect(worst).toBeLessThan(tolerance);
	});
});
