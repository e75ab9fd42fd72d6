import { describe, expect, test } from 'vitest';
import { messageText } from '../protocol/messages';
import { readEvaluation } from './readEvaluation';

const head = 'dataset_path: data\nvariants: {a: mmlu/helm}\n';

const read = (yaml: string) => readEvaluation(yaml, { fileName: 'a.eval.yaml', files: { read: () => null } });

async function launchOf(yaml: string) {
	const { resolved, problems } = await read(`${head}models: [{id: owner/model, ${yaml}}]`);
	return { launch: resolved?.models[0]?.launch, problems: problems.map(p => messageText(p.message)) };
}

describe('launch', () => {
	test.each([
		[
			'launch: {url: "https://example.org/v1/"}',
			{ kind: 'url', url: 'https://example.org/v1', api_key: null, model: null },
		],
		[
			'launch: {url: "http://localhost:8000", api_key: env:KEY, model: tiny}',
			{ kind: 'url', url: 'http://localhost:8000', api_key: 'env:KEY', model: 'tiny' },
		],
		['launch: {url: "http://[::1]:8000"}', { kind: 'url', url: 'http://[::1]:8000' }],
		['launch: {url: "http://gpu-box:8000", allow_http: gpu-box}', { kind: 'url', url: 'http://gpu-box:8000' }],
		[
			'launch: {hf_jobs: {flavor: a10g-small, timeout: 1.5h}}',
			{ kind: 'hf_jobs', flavor: 'a10g-small', timeout: 5400, image: null, args: [], namespace: null },
		],
		['launch: {hf_jobs: {flavor: a10g-small, timeout: 90}}', { kind: 'hf_jobs', timeout: 90 }],
		[
			'launch: {ssh: {host: me@box, command: serve, port: 8000}}',
			{ kind: 'ssh', host: 'me@box', command: 'serve', port: 8000 },
		],
		[
			'launch: {slurm: {time: "1:00:00", command: serve}}',
			{ kind: 'slurm', host: null, partition: null, gres: null, time: '1:00:00', command: 'serve' },
		],
		['launch: {slurm: {time: 30, command: serve, gres: "gpu:1"}}', { kind: 'slurm', time: '30', gres: 'gpu:1' }],
		[
			'engine: endpoint, launch: {local: {command: serve, port: 8000}}',
			{ kind: 'local', command: 'serve', port: 8000 },
		],
	])('%s', async (yaml, launch) => {
		expect(await launchOf(yaml)).toMatchObject({ launch, problems: [] });
	});

	test.each([
		['engine: endpoint', 'An endpoint needs `launch`'],
		['launch: {}', 'names exactly one way'],
		['launch: {url: "https://a.org", local: {command: x, port: 1}}', 'names exactly one way'],
		['engine: onnx, launch: {url: "https://a.org"}', 'Remove one of the two'],
		['launch: {url: "http://gpu-box:8000"}', 'without encryption'],
		['launch: {url: "http://gpu-box:8000", allow_http: other}', 'without encryption'],
		['launch: {url: "http://127.0.0.1.example.org"}', 'without encryption'],
		['launch: {url: "https://user:word@a.org"}', 'A key goes into `api_key`'],
		['launch: {url: "https://a.org/v1?key=1"}', 'A key goes into `api_key`'],
		['launch: {url: "ftp://a.org"}', 'is no address of a server'],
		['launch: {url: server}', 'is no address of a server'],
		['launch: {url: "https://a.org", api_key: sk-123}', 'never the key itself'],
		['launch: {ssh: {host: box, command: x, port: 1}, api_key: env:A}', '`api_key` belongs to a `url`'],
		['launch: {ssh: {host: "-oProxyCommand=x", command: x, port: 1}}', 'without options or blanks'],
		['launch: {ssh: {host: box, command: x, port: 70000}}', 'a port from 1 to 65535'],
		['launch: {slurm: {time: soon, command: x}}', 'a time as Slurm writes it'],
		['launch: {hf_jobs: {flavor: a10g-small, timeout: 1 hour}}', 'a number with its unit'],
		['launch: {hf_jobs: {flavor: a10g-small}}', 'timeout'],
	])('%s is refused', async (yaml, sentence) => {
		const { launch, problems } = await launchOf(yaml);
		expect(launch).toBeUndefined();
		expect(problems.join('\n')).toContain(sentence);
	});

	test('a job of Hugging Face serves a model of the Hub', async () => {
		const yaml = `${head}models: [{path: ./model, launch: {hf_jobs: {flavor: a10g-small, timeout: 1h}}}]`;
		const { problems } = await read(yaml);
		expect(problems.map(p => p.message.code)).toEqual(['config.launch-needs-id']);
	});

	test('what is about this computer has no effect', async () => {
		const { launch, problems } = await launchOf('device: cpu, launch: {url: "https://a.org"}');
		expect(launch).toMatchObject({ kind: 'url' });
		expect(problems).toEqual([expect.stringContaining('`device` has no effect')]);
	});
});
