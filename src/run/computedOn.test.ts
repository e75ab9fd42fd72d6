import { expect, test } from 'vitest';
import { serverName, serverPlace } from './computedOn';

test('a server is named with its version where it tells one', () => {
	expect(serverName({ server: 'vllm', version: '0.11.0' })).toBe('vLLM 0.11.0');
	expect(serverName({ server: 'openai', version: null })).toBe('OpenAI-compatible server');
});

test('where it was is what a person knows it by, and not the end of a tunnel', () => {
	const host = '127.0.0.1:41234';
	const ssh = { kind: 'ssh', host: 'gpu', command: 'serve', port: 8000 } as const;
	expect([
		serverPlace({ launch: 'hf_jobs', host: 'x.hf.jobs', hardware: 'a10g-small' }, null),
		serverPlace({ launch: 'slurm', host, hardware: null }, null),
		serverPlace({ launch: 'ssh', host, hardware: null }, ssh),
		serverPlace({ launch: 'ssh', host, hardware: null }, null),
		serverPlace({ launch: 'url', host: 'api.example', hardware: null }, ssh),
		serverPlace({ launch: 'local', host, hardware: null }, null),
	]).toEqual(['Hugging Face a10g-small', 'Slurm', 'ssh gpu', 'ssh', 'api.example', host]);
});
