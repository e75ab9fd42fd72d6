import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freePort } from '../../src/launch/freePort';
import { launcherOf } from '../../src/launch/launchers';
import { neverCancelled } from '../../src/protocol/cancellation';
import { messageText } from '../../src/protocol/messages';
import { evaluate } from '../../src/run/evaluate';
import { noteJob, readJobs } from '../../src/run/jobBook';
import { demoModel, root } from '../paths';
import { type DemoServerOptions, demoServerCommand, startDemoServer } from '../servers/demoServerCommand';
import { smallServer } from '../servers/smallServer';
import { temporaryFolders } from '../temporaryFolder';

const folder = temporaryFolders(afterAll);
const questions = 20;

/** A run whose models servers compute; its servers may be others in each sitting. */
function remoteRun(models: number) {
	const dir = folder();
	const file = path.join(dir, 'faults.eval.yaml');
	const out = path.join(dir, 'run');
	const names = Array.from({ length: models }, (_, i) => {
		const name = `model-${i + 1}`;
		cpSync(demoModel, path.join(dir, name), { recursive: true });
		return name;
	});
	const lines = (name: string) => {
		const text = existsSync(path.join(out, name)) ? readFileSync(path.join(out, name), 'utf8') : '';
		return text
			.split('\n')
			.slice(0, -1)
			.map(line => JSON.parse(line));
	};
	return {
		samples: () => lines('samples.jsonl'),
		errors: () => lines('errors.jsonl'),
		async sit(...servers: readonly DemoServerOptions[]) {
			const started = await Promise.all(servers.map(startDemoServer));
			const evaluation = {
				dataset_path: path.join(root, 'examples', 'demo-questions'),
				limit: questions,
				num_fewshot: 1,
				models: names.map((name, i) => ({ path: `./${name}`, launch: { url: started[i]?.url } })),
				variants: { original: 'mmlu/original' },
			};
			// JSON is YAML.
			writeFileSync(file, JSON.stringify(evaluation));
			try {
				const { record } = await evaluate({ file, out, enginePath: 'none', version: '0', token: neverCancelled });
				return record;
			} finally {
				await Promise.all(started.map(server => server.stop()));
			}
		},
	};
}

it('keeps no answer of a model that replaced the first, and is not done until that one is back', async () => {
	const run = remoteRun(1);
	const first = await run.sit({ changesAfter: 25 });
	expect([first.state, first.reason?.code]).toEqual(['failed', 'endpoint.model-changed']);
	expect(first.done).toBe(run.samples().length);
	expect(run.samples().length).toBeLessThan(questions);
	const second = await run.sit({ changesAfter: 0 });
	expect([second.state, second.reason?.code]).toEqual(['failed', 'endpoint.model-changed']);
	const third = await run.sit({});
	expect(third.state).toBe('done');
	const plain = remoteRun(1);
	await plain.sit({});
	const numbers = (samples: readonly { readonly key: string; readonly logprobs: readonly number[] }[]) =>
		new Map(samples.map(({ key, logprobs }) => [key, logprobs]));
	expect(numbers(run.samples())).toEqual(numbers(plain.samples()));
});

it('computes the other models where one cannot have a sample, and asks for that again', async () => {
	const run = remoteRun(2);
	const first = await run.sit({ refuses: 20 }, {});
	expect([first.state, first.reason?.code]).toEqual(['failed', 'run.samples-failed']);
	expect(first.reason?.params).toMatchObject({ count: 1, model: './model-1' });
	expect(run.samples()).toHaveLength(2 * questions - 1);
	expect(run.errors()).toMatchObject([{ model: './model-1' }]);
	const second = await run.sit({}, {});
	expect(second.state).toBe('done');
	expect(run.samples()).toHaveLength(2 * questions);
	expect(run.errors()).toEqual([]);
});

it('ends a job that an earlier sitting left under another command, and computes with the one that is written', async () => {
	const dir = folder();
	const out = path.join(dir, 'run');
	const file = path.join(dir, 'left.eval.yaml');
	const launch = { local: { command: await demoServerCommand(), port: await freePort() } };
	const evaluation = {
		dataset_path: path.join(root, 'examples', 'demo-questions'),
		limit: 2,
		num_fewshot: 1,
		models: [{ path: demoModel, launch }],
		variants: { original: 'mmlu/original' },
	};
	writeFileSync(file, JSON.stringify(evaluation));
	const options = { file, out, enginePath: 'none', version: '0', token: neverCancelled };
	const { record: declined } = await evaluate({ ...options, onLaunch: async () => false });
	expect(declined.state).toBe('cancelled');
	const [model] = declined.evaluation.models;
	const old = { kind: 'local', command: smallServer(), port: await freePort() } as const;
	const launcher = launcherOf(old, {});
	const label = `eval-lens-old-${process.pid}`;
	const handle = await launcher.start(label, { name: 'x', id: null, revision: 'main', dtype: null }, neverCancelled);
	try {
		await noteJob(out, {
			label,
			launch: old,
			model: model?.name ?? '',
			started: new Date().toISOString(),
			handle,
			ended: null,
			dollarsAnHour: null,
			maximalDollars: null,
			dollars: null,
		});
		const { record } = await evaluate(options);
		expect(record.reason && messageText(record.reason)).toBeNull();
		expect((await launcher.status(handle, neverCancelled)).state).toBe('ended');
		expect(record.models[0]?.endpoint?.server).toBe('vllm');
		expect((await readJobs(out)).map(({ ended }) => typeof ended)).toEqual(['string', 'string']);
	} finally {
		await launcher.stop(handle);
	}
});
