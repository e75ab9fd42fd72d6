import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../test/temporaryFolder';
import { Failure } from '../protocol/failure';
import { type Environment, environmentConnection, environmentToken, tokenFile } from './environment';

const newFolder = temporaryFolders();
const home = path.join(homedir(), '.cache', 'huggingface');

function environment(values: Environment = {}): Environment {
	return { HF_HOME: newFolder(), ...values };
}

describe('the connection', () => {
	it('is to huggingface.co where nobody says otherwise', async () => {
		const { endpoint, viewerEndpoint, cache, offline } = environmentConnection({});
		expect({ endpoint, viewerEndpoint, cache, offline }).toEqual({
			endpoint: 'https://huggingface.co',
			viewerEndpoint: 'https://datasets-server.huggingface.co',
			cache: path.join(home, 'hub'),
			offline: false,
		});
	});

	it('is to a mirror, with the overrides of its caller', () => {
		const env = { HF_ENDPOINT: 'https://mirror.example/hf/ ', HF_DATASETS_SERVER: 'http://localhost:8000/' };
		expect(environmentConnection(env, { offline: true })).toMatchObject({
			endpoint: 'https://mirror.example/hf',
			viewerEndpoint: 'http://localhost:8000',
			offline: true,
		});
	});

	it.each([
		[{ HF_HUB_OFFLINE: '1' }, true],
		[{ TRANSFORMERS_OFFLINE: 'True' }, true],
		[{ HF_HUB_OFFLINE: '0', TRANSFORMERS_OFFLINE: '' }, false],
	])('%o is offline: %s', (env, offline) => {
		expect(environmentConnection(env).offline).toBe(offline);
	});

	it.each([
		[{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
		[{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, '/h/hub'],
		[{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
		[{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/new' }, '/new'],
		[{ HF_HOME: '~/hf' }, path.join(homedir(), 'hf', 'hub')],
		[{ HF_HOME: '', HF_HUB_CACHE: '' }, path.join(home, 'hub')],
	])('%o keeps its cache in %s', (env, cache) => {
		expect(environmentConnection(env).cache).toBe(path.resolve(cache));
	});
});

describe('the token', () => {
	it('is of the environment, then of the file', async () => {
		const env = environment();
		const file = tokenFile(env);
		expect(await environmentConnection(env).token()).toBeNull();
		writeFileSync(file, 'hf_file\n');
		const old = { ...env, HUGGING_FACE_HUB_TOKEN: 'hf_old' };
		expect(await environmentConnection(env).token()).toEqual({ value: 'hf_file', source: 'token-file' });
		expect(await environmentConnection(old).token()).toEqual({ value: 'hf_old', source: 'environment' });
		expect(await environmentConnection({ ...old, HF_TOKEN: ' hf_new\r\n' }).token()).toEqual({
			value: 'hf_new',
			source: 'environment',
		});
	});

	it('is read again, as it may have been replaced', async () => {
		const env = environment();
		const connection = environmentConnection(env);
		writeFileSync(tokenFile(env), 'hf_first');
		expect((await connection.token())?.value).toBe('hf_first');
		writeFileSync(tokenFile(env), 'hf_second');
		expect((await connection.token())?.value).toBe('hf_second');
	});

	it('may have a file of its own', () => {
		expect(tokenFile({ HF_HOME: '/h', HF_TOKEN_PATH: '/elsewhere/secret' })).toBe(path.resolve('/elsewhere/secret'));
		expect(tokenFile({ HF_HOME: '/h' })).toBe(path.resolve('/h/token'));
	});

	it('is not used where HF_HUB_DISABLE_IMPLICIT_TOKEN says so', async () => {
		const env = environment({ HF_TOKEN: 'hf_any', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' });
		expect(await environmentConnection(env).token()).toBeNull();
		expect(environmentToken(env)?.value).toBe('hf_any');
	});

	it.each([
		'hf_secret\nX-Header: 1',
		'hf_se cret',
		'secret',
		'hf_sécret',
		'hf_',
		'hf_secret\0',
		`hf_${'secret'.repeat(100)}`,
	])('%j is none, and is not shown', async text => {
		const env = environment();
		writeFileSync(tokenFile(env), text);
		for (const connection of [environmentConnection({ ...env, HF_TOKEN: text }), environmentConnection(env)]) {
			const error: unknown = await connection.token().catch((reason: unknown) => reason);
			expect(error).toBeInstanceOf(Failure);
			expect(`${error} ${JSON.stringify(error)}`).not.toMatch(/secret|sécret|se cret/);
		}
	});

	it('that cannot be read is a sentence', async () => {
		const env = environment();
		// A folder in its place.
		await expect(environmentConnection({ ...env, HF_TOKEN_PATH: env.HF_HOME }).token()).rejects.toMatchObject({
			reason: { code: 'hub.token-file-unreadable', params: { file: env.HF_HOME, code: 'EISDIR' } },
		});
	});
});
