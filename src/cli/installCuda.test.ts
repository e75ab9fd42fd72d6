import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolders } from '../../test/temporaryFolder';
import { Failure } from '../protocol/failure';
import { installCudaCommand } from './installCuda';

const temporary = temporaryFolders();
afterEach(() => vi.unstubAllEnvs());

/** The command in a build of this version, with a registry that knows version 1.30.0 and has lost the package. */
async function command(options: { yes?: boolean }, version = '1.30.0') {
	const folder = temporary();
	const cache = temporary();
	vi.stubEnv('XDG_CACHE_HOME', cache);
	mkdirSync(path.join(folder, 'onnxruntime'));
	writeFileSync(path.join(folder, 'onnxruntime/version.txt'), version);
	const answers: Record<string, object> = {
		'index.json': { resources: [{ '@id': 'https://registry.test/r/', '@type': 'RegistrationsBaseUrl' }] },
		'1.30.0.json': { catalogEntry: 'https://registry.test/c.json', packageContent: 'https://registry.test/p.nupkg' },
		'c.json': { packageHash: `${'A'.repeat(86)}==`, packageHashAlgorithm: 'SHA512', packageSize: 212_345_678 },
	};
	const asked: string[] = [];
	const registry = {
		index: 'https://registry.test/index.json',
		fetch: async (input: Parameters<typeof fetch>[0]) => {
			const name = String(input).split('/').at(-1) ?? '';
			asked.push(name);
			return answers[name] ? Response.json(answers[name]) : new Response(null, { status: 404 });
		},
	};
	let said = '';
	const write = (text: string) => {
		said += text;
	};
	const terminal = { folder, stdout: { write: () => expect.fail('stdout') }, stderr: { write } };
	const ending = await installCudaCommand(options, terminal, registry).catch((error: unknown) => error);
	return { ending, said, asked, left: readdirSync(cache) };
}

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64' || process.stdin.isTTY)('install-cuda', () => {
	it('says what would be downloaded and from where, and downloads nothing that was not agreed to', async () => {
		const { ending, said, asked, left } = await command({});
		expect(ending).toBe(2);
		expect(said).toMatch(/CUDA support for ONNX Runtime 1\.30\.0 is 212\.3 MB, downloaded from registry\.test/);
		expect(said).toMatch(/CUDA 12 and cuDNN 9.*\n.*--yes/);
		expect(asked).toEqual(['index.json', '1.30.0.json', 'c.json']);
		expect(left).toEqual([]);
	});

	it('ends in a sentence where the registry has no such version, or has lost the package', async () => {
		const [unknown, lost] = [await command({ yes: true }, '1.31.0'), await command({ yes: true })];
		for (const { ending } of [unknown, lost]) {
			expect(ending).toBeInstanceOf(Failure);
			expect(String(ending)).toMatch(/registry\.test answered 404/);
		}
		expect(lost.asked.at(-1)).toBe('p.nupkg');
	});
});
