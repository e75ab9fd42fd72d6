import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LaunchFields } from '../../src/config/launch';
import { freePort } from '../../src/launch/freePort';
import type { Sample } from '../../src/protocol/sample';
import { evaluated, type Ran } from '../evaluated';
import { hasShared, shared } from '../paths';
import { areInstalled } from '../servers/installed';
import { hasLlamaServer, llamaServer } from '../servers/llamaServer';
import { startSlurmCluster } from '../servers/slurmCluster';
import { startSshServer } from '../servers/sshServer';
import { temporaryFolders } from '../temporaryFolder';

/** llama.cpp rounds activations to 8 bits: margins of answers that this does not turn. */
const clear = 0.2;

/** What it was seen to do with these weights: 0.135 at most, and 0.034 on average. */
const largest = 0.4;
const average = 0.06;

const isHere = hasShared('data', 'mmlu') && hasShared('models', 'SmolLM2-135M-Instruct') && hasLlamaServer();
const folder = temporaryFolders(afterAll);

/** The 100 questions whose answers `shared/golden` holds too. */
function run(launch: LaunchFields | null, env?: NodeJS.ProcessEnv): Promise<Ran> {
	const model = path.join(shared, 'models', 'SmolLM2-135M-Instruct');
	const fields = {
		dataset_path: path.join(shared, 'data', 'mmlu'),
		where: { subject: 'us_foreign_policy' },
		num_fewshot: 5,
		models: [{ path: model, ...(launch && { launch }) }],
		variants: { harness: 'mmlu/harness' },
	};
	return evaluated(folder(), fields, env);
}

function margin({ logprobs }: Sample): number {
	const [first = 0, second = 0] = [...logprobs].sort((a, b) => b - a);
	return first - second;
}

describe.skipIf(!isHere)('the same questions on llama.cpp’s server', { timeout: 600_000 }, () => {
	let local: ReadonlyMap<string, Sample>;

	beforeAll(async () => {
		const { samples } = await run(null);
		local = new Map(samples.map(sample => [sample.key, sample]));
		expect(local.size).toBe(100);
	}, 600_000);

	const agrees = (way: string, { samples, record }: Ran) => {
		expect(samples).toHaveLength(100);
		let most = 0;
		let sum = 0;
		let others = 0;
		for (const sample of samples) {
			const here = local.get(sample.key) ?? expect.fail(`no ${sample.key}`);
			const differences = sample.logprobs.map((logprob, i) => Math.abs(logprob - (here.logprobs[i] ?? Number.NaN)));
			most = Math.max(most, ...differences);
			sum += differences.reduce((total, one) => total + one, 0) / differences.length;
			others += sample.prediction === here.prediction ? 0 : 1;
			if (margin(here) > clear) {
				expect(sample.prediction, `${sample.key}, margin ${margin(here)}`).toBe(here.prediction);
			}
		}
		console.log(
			`${way}: log-probabilities differ by ${(sum / 100).toFixed(3)} on average, ${most.toFixed(3)} at most; ${others} other answers`,
		);
		expect(most).toBeLessThan(largest);
		expect(sum / 100).toBeLessThan(average);
		const [model] = record.models;
		expect(model?.endpoint).toMatchObject({ launch: way, server: 'llama.cpp', probe: { tokens: 'ids' } });
		// What prompts share, the server computed once: its cache follows the order.
		const { tokens_in: sent, cached } = model?.endpoint?.counts ?? { tokens_in: 0, cached: 0 };
		expect((cached ?? 0) / sent).toBeGreaterThan(0.75);
	};

	it('started on this computer', async () => {
		agrees('local', await run({ local: { command: llamaServer(), port: await freePort() } }));
	});

	it.skipIf(!areInstalled('ssh', 'sshd'))('behind ssh', async () => {
		const ssh = await startSshServer(folder());
		try {
			const launch = { ssh: { host: ssh.host, command: llamaServer(), port: await freePort() } };
			agrees('ssh', await run(launch, ssh.env));
		} finally {
			await ssh.stop();
		}
	});

	it.skipIf(!areInstalled('sbatch', 'slurmctld', 'slurmd'))('as a job of a cluster', async () => {
		const cluster = await startSlurmCluster(folder());
		try {
			agrees('slurm', await run({ slurm: { time: 10, command: llamaServer() } }, cluster.env));
		} finally {
			await cluster.stop();
		}
	});
});
