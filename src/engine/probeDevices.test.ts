import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { enginePath } from '../../test/buildEngine';
import { temporaryFolders } from '../../test/temporaryFolder';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { message, messageText } from '../protocol/messages';
import type { ProbedProvider, Provider } from './device';
import { probeDevices, withReason } from './probeDevices';

let engineFile: string;
beforeAll(async () => {
	engineFile = await enginePath();
});
const temporary = temporaryFolders();
const probe = (file: string, providers: readonly Provider[], hasDriver = false) =>
	probeDevices(
		{ enginePath: file, cudaRoot: temporary(), hasNvidiaDriver: () => hasDriver },
		providers,
		neverCancelled,
	);

/** An engine that does something else for each provider. */
function impostor(doing: Readonly<Partial<Record<Provider, string>>>): string {
	const file = path.join(temporary(), 'engine.cjs');
	writeFileSync(
		file,
		`process.on('disconnect', () => process.exit());
		process.on('message', frame => {
			const [provider] = frame.params.providers;
			const answer = found => process.send({ t: 'result', id: frame.id, result: { version: '1', threads: 1, probed: [{ provider, ...found }] } });
			const usable = { usable: true, precision: 'single', reason: null };
			const refused = { usable: false, precision: null, reason: { code: 'engine.device-refused', params: { reason: 'no' } } };
			${Object.entries(doing)
				.map(([provider, does]) => `if (provider === '${provider}') { ${does}; return; }`)
				.join('\n')}
			answer(usable);
		});`,
	);
	return file;
}

describe('trials', () => {
	it('find the CPU of this computer usable, in a process of its own', async () => {
		expect(await probe(engineFile, ['cpu'])).toEqual([
			{ provider: 'cpu', usable: true, precision: 'single', reason: null },
		]);
	});

	it('outlive a provider that ends its process', async () => {
		const file = impostor({ webgpu: 'process.exit(134)', dml: "process.kill(process.pid, 'SIGSEGV')" });
		const found = await probe(file, ['cpu', 'webgpu', 'dml']);
		expect(found.map(({ usable, reason }) => [usable, reason])).toEqual([
			[true, null],
			[false, message('engine.device-ended', { how: 'exit 134' })],
			[false, message('engine.device-ended', { how: 'SIGSEGV' })],
		]);
	});

	it('give up one that hangs', async () => {
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
		try {
			const found = probe(impostor({ webgpu: '' }), ['webgpu']);
			await vi.advanceTimersByTimeAsync(1);
			// The timer starts with the process.
			for (let i = 0; i < 50 && vi.getTimerCount() === 0; i++) {
				await new Promise(resolve => setImmediate(resolve));
			}
			await vi.advanceTimersByTimeAsync(20_000);
			expect((await found)[0]?.reason).toEqual(message('engine.device-silent', { seconds: 20 }));
		} finally {
			vi.useRealTimers();
		}
	});

	it('name the Vulkan loader where it is missing', async () => {
		const words = "Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory";
		const write = `process.stderr.write(${JSON.stringify(`Warning: ${words}\n`)}, () => answer(refused))`;
		const [found] = await probe(impostor({ webgpu: write }), ['webgpu']);
		expect(found?.reason).toEqual(message('engine.device-no-vulkan', {}));
		expect(messageText(message('engine.device-no-vulkan', {}))).toMatch(/libvulkan1 .*vulkan-loader/);
	});

	it('end with the CPU where it does not work', async () => {
		await expect(probe(impostor({ cpu: 'process.exit(3)' }), ['cpu', 'webgpu'])).rejects.toMatchObject({
			reason: { code: 'engine.crashed' },
		});
	});

	it('end when they are cancelled', async () => {
		const file = impostor({ webgpu: "require('node:fs').writeFileSync(__filename + '.pid', String(process.pid))" });
		const source = new CancellationSource();
		const probing = probeDevices({ enginePath: file }, ['webgpu'], source.token);
		probing.catch(() => {});
		const processId = await vi.waitFor(() => Number(readFileSync(`${file}.pid`, 'utf8')), { timeout: 20_000 });
		source.cancel();
		await expect(probing).rejects.toBeInstanceOf(Cancelled);
		await vi.waitFor(() => expect(() => process.kill(processId, 0)).toThrow());
	});
});

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('CUDA', () => {
	it('is not tried without a driver, nor before it is installed', async () => {
		const [noDriver] = await probe(engineFile, ['cuda']);
		expect(noDriver?.reason?.code).toBe('engine.cuda-no-driver');
		const [notInstalled] = await probe(engineFile, ['cuda'], true);
		expect(notInstalled?.reason?.code).toBe('engine.cuda-not-installed');
	});

	it('is loaded from where it is installed', async () => {
		const file = impostor({ cuda: 'answer({ ...usable, folder: process.argv[2] })' });
		const packaged = path.join(path.dirname(file), 'onnxruntime');
		mkdirSync(packaged);
		writeFileSync(path.join(packaged, 'version.txt'), '1.30.0');
		const root = temporary();
		mkdirSync(path.join(root, '1.30.0'));
		const installed = path.join(root, '1.30.0', 'installed.json');
		writeFileSync(installed, JSON.stringify({ files: { 'lib.so': 3 }, sha512: '' }));
		const options = { enginePath: file, cudaRoot: root, hasNvidiaDriver: () => true };
		const find = async () => (await probeDevices(options, ['cuda'], neverCancelled))[0];
		expect((await find())?.reason?.code).toBe('engine.cuda-not-installed');
		writeFileSync(path.join(root, '1.30.0', 'lib.so'), 'abc');
		expect(await find()).toMatchObject({ usable: true, folder: path.join(root, '1.30.0') });
		// One that was damaged does not count.
		writeFileSync(path.join(root, '1.30.0', 'lib.so'), 'ab');
		expect((await find())?.usable).toBe(false);
	});

	it('is looked for beside the real library that was copied', async () => {
		const root = temporary();
		const packaged = path.join(path.dirname(engineFile), 'onnxruntime');
		const version = readFileSync(path.join(packaged, 'version.txt'), 'utf8');
		const folder = path.join(root, version);
		cpSync(packaged, folder, { recursive: true });
		writeFileSync(path.join(folder, 'installed.json'), JSON.stringify({ files: {}, sha512: '' }));
		const options = { enginePath: engineFile, cudaRoot: root, hasNvidiaDriver: () => true };
		const reason = async () => (await probeDevices(options, ['cuda'], neverCancelled))[0]?.reason;
		expect(await reason()).toMatchObject({ params: { library: 'libonnxruntime_providers_shared.so' } });
		// No library: found, and refused for what it is.
		writeFileSync(path.join(folder, 'libonnxruntime_providers_shared.so'), 'no ELF file');
		expect(await reason()).toMatchObject({ code: 'engine.device-refused' });
	});
});

it('reads of stderr which library CUDA misses, and leaves other reasons alone', () => {
	const reason = message('engine.device-refused', { reason: 'Failed to load shared library' });
	const refused = (provider: Provider): ProbedProvider => ({ provider, usable: false, precision: null, reason });
	const stderr =
		'Failed to load library /x/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file';
	expect(withReason(refused('cuda'), stderr).reason).toEqual(
		message('engine.cuda-library-missing', { library: 'libcublasLt.so.12' }),
	);
	expect(withReason(refused('cuda'), 'CUDA failure 999')).toEqual(refused('cuda'));
	expect(withReason(refused('webgpu'), stderr)).toEqual(refused('webgpu'));
});
