import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../../test/temporaryFolder';
import { zip } from '../../../test/zip';
import { CancellationSource, Cancelled, neverCancelled } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import { type CudaProgress, installCuda, planCuda } from './install';
import { installedCuda } from './place';
import { packageName, type Registry } from './registry';

const temporary = temporaryFolders();
const inside = 'runtimes/linux-x64/native';
const cuda = randomBytes(300_000);
const shared = Buffer.from('shared');
const good = zip([
	{ name: '[Content_Types].xml', bytes: Buffer.from('<x/>') },
	{ name: `../../${inside}/libonnxruntime_providers_cuda.so`, bytes: Buffer.from('evil') },
	{ name: `${inside}/libonnxruntime_providers_cuda.so`, bytes: cuda },
	{ name: `${inside}/libonnxruntime_providers_shared.so`, bytes: shared },
	{ name: `${inside}/libonnxruntime_providers_tensorrt.so`, bytes: Buffer.from('not wanted') },
]);

/** A registry that holds one package, and fails as a test needs. */
const state = {
	archive: good,
	hash: '',
	/** Answers in place of the package's bytes; true: it has answered. */
	fault: (_request: IncomingMessage, _response: ServerResponse): boolean => false,
	catalog: {} as object,
	ranges: [] as string[],
};
const server = createServer((request, response) => {
	const base = `http://localhost:${(server.address() as AddressInfo).port}`;
	const json = (value: unknown) => response.end(JSON.stringify(value));
	const lower = packageName.toLowerCase();
	switch (request.url) {
		case '/index.json':
			return json({ version: '3.0.0', resources: [{ '@id': `${base}/reg`, '@type': 'RegistrationsBaseUrl/3.6.0' }] });
		case `/reg/${lower}/1.30.0.json`:
			return json({ catalogEntry: `${base}/catalog.json`, packageContent: `${base}/package.nupkg` });
		case '/catalog.json':
			return json({
				id: packageName,
				packageHash: state.hash || createHash('sha512').update(state.archive).digest('base64'),
				packageHashAlgorithm: 'SHA512',
				packageSize: state.archive.length,
				...state.catalog,
			});
		case '/package.nupkg': {
			const range = request.headers.range ?? 'whole';
			state.ranges.push(range);
			if (state.fault(request, response)) {
				return;
			}
			const start = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
			response.writeHead(start > 0 ? 206 : 200);
			return response.end(state.archive.subarray(start));
		}
		default:
			response.writeHead(404);
			return response.end();
	}
});
await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
afterAll(() => server.close());
const registry: Registry = { index: `http://localhost:${(server.address() as AddressInfo).port}/index.json`, fetch };

beforeEach(() => {
	Object.assign(state, { archive: good, hash: '', fault: () => false, catalog: {}, ranges: [] });
});

function place(version = '1.30.0') {
	const dist = temporary();
	const packaged = path.join(dist, 'onnxruntime');
	mkdirSync(packaged);
	writeFileSync(path.join(packaged, 'version.txt'), version);
	writeFileSync(path.join(packaged, 'libonnxruntime.so.1'), 'the library');
	writeFileSync(path.join(packaged, 'onnxruntime_binding.node'), 'the binding');
	return { root: temporary(), enginePath: path.join(dist, 'engine.cjs'), platform: { os: 'linux', arch: 'x64' } };
}

type Place = ReturnType<typeof place>;

async function install(at: Place, token = neverCancelled, onProgress: (progress: CudaProgress) => void = () => {}) {
	const plan = (await planCuda(at, registry, token)) ?? expect.fail('nothing to install');
	await installCuda(at, registry, plan, onProgress, token);
	return plan;
}

async function sentence(work: Promise<unknown>): Promise<string> {
	const error = await work.then(
		() => expect.fail('nothing failed'),
		(reason: unknown) => reason,
	);
	return error instanceof Failure ? `${error.reason.code}: ${error.message}` : expect.fail(String(error));
}

const incomplete = (at: Place) => path.join(at.root, '1.30.0.nupkg.incomplete');
const expectNothing = async (at: Place) => {
	expect(await installedCuda(at.root, at.enginePath)).toBeNull();
	expect(readdirSync(at.root).filter(name => !name.endsWith('.incomplete'))).toEqual([]);
};

describe('an installation', () => {
	it('puts the providers beside copies of the packaged library, and nothing else', async () => {
		const at = place();
		const told: CudaProgress[] = [];
		const plan = await install(at, neverCancelled, progress => told.push(progress));
		expect(plan.package).toMatchObject({ name: packageName, version: '1.30.0', size: good.length });
		expect(plan.host).toMatch(/^localhost:/);
		const folder = path.join(at.root, '1.30.0');
		expect(await installedCuda(at.root, at.enginePath)).toBe(folder);
		expect(readdirSync(folder).sort()).toEqual([
			'installed.json',
			'libonnxruntime.so.1',
			'libonnxruntime_providers_cuda.so',
			'libonnxruntime_providers_shared.so',
			'onnxruntime_binding.node',
		]);
		expect(readFileSync(path.join(folder, 'libonnxruntime_providers_cuda.so'))).toEqual(cuda);
		expect(readFileSync(path.join(folder, 'onnxruntime_binding.node'), 'utf8')).toBe('the binding');
		expect(readdirSync(at.root)).toEqual(['1.30.0']);
		expect(told.filter(({ phase }) => phase === 'downloading').at(-1)).toMatchObject({ done: good.length });
		expect(told.at(-1)).toEqual({ phase: 'unpacking', done: 300_006, total: 300_006 });
		expect(await planCuda(at, registry, neverCancelled)).toBeNull();
	});

	it('is made anew where a file was lost, and is not there for another version', async () => {
		const at = place();
		await install(at);
		writeFileSync(path.join(at.root, '1.30.0', 'libonnxruntime_providers_cuda.so'), 'short');
		expect(await installedCuda(at.root, at.enginePath)).toBeNull();
		await install(at);
		expect(await installedCuda(at.root, at.enginePath)).not.toBeNull();
		writeFileSync(path.join(path.dirname(at.enginePath), 'onnxruntime/version.txt'), '1.31.0');
		expect(await installedCuda(at.root, at.enginePath)).toBeNull();
	});

	it('goes on from what was received where the connection is cut, by itself and in another try', async () => {
		const at = place();
		let cuts = 1;
		state.fault = (_, response) => {
			if (cuts-- <= 0) {
				return false;
			}
			response.writeHead(200, { 'Content-Length': good.length });
			response.write(good.subarray(0, 100_000), () => response.destroy());
			return true;
		};
		await install(at);
		expect(state.ranges).toEqual(['whole', expect.stringMatching(/^bytes=[1-9]\d*-/)]);

		const other = place();
		writeFileSync(incomplete(other), good.subarray(0, 5000));
		state.ranges = [];
		await install(other);
		expect(state.ranges).toEqual([`bytes=5000-${good.length - 1}`]);
	});

	it('takes a server that knows no ranges', async () => {
		const at = place();
		writeFileSync(incomplete(at), good.subarray(0, 5000));
		state.fault = (_, response) => {
			response.writeHead(200);
			response.end(good);
			return true;
		};
		await install(at);
		expect(await installedCuda(at.root, at.enginePath)).not.toBeNull();
	});

	it('is done once where two want it', async () => {
		const at = place();
		await Promise.all([install(at), install(at)]);
		expect(state.ranges).toEqual(['whole']);
	});
});

describe('nothing is installed', () => {
	it.each([
		['win32', 'x64'],
		['darwin', 'arm64'],
		['linux', 'arm64'],
	])('on %s-%s, which is told before anything is asked', async (os, arch) => {
		const never: Registry = { index: 'https://example.invalid', fetch: () => expect.fail('asked') };
		const said = await sentence(planCuda({ ...place(), platform: { os, arch } }, never, neverCancelled));
		expect(said).toContain(
			`cuda.platform: CUDA support can be installed on Linux with an x64 processor; this is ${os}-${arch}`,
		);
	});

	it('where the version is not published', async () => {
		expect(await sentence(install(place('1.31.0')))).toMatch(
			/^cuda\.refused: localhost:\d+ answered 404 for .*1\.31\.0\.json/,
		);
	});

	it('where the package is gone', async () => {
		const at = place();
		state.fault = (_, response) => {
			response.writeHead(404);
			response.end();
			return true;
		};
		expect(await sentence(install(at))).toMatch(/^cuda\.refused: .* answered 404/);
		await expectNothing(at);
	});

	it('where it has another checksum, and the bytes are deleted', async () => {
		const at = place();
		state.hash = createHash('sha512').update('other').digest('base64');
		expect(await sentence(install(at))).toMatch(/^cuda\.checksum: .* arrived damaged/);
		await expectNothing(at);
		expect(existsSync(incomplete(at))).toBe(false);
		// An earlier try may have left other bytes.
		state.hash = '';
		writeFileSync(incomplete(at), randomBytes(1000));
		expect(await sentence(install(at))).toMatch(/^cuda\.checksum/);
		await install(at);
	});

	it('where the connection brings nothing more', async () => {
		const at = place();
		writeFileSync(incomplete(at), good.subarray(0, 5000));
		state.fault = (_, response) => response.destroy() !== undefined;
		expect(await sentence(install(at))).toMatch(/^cuda\.unreachable: localhost:\d+ cannot be reached/);
		await expectNothing(at);
		expect(statSync(incomplete(at)).size).toBe(5000);
	});

	it('where it is cancelled, and what was received is kept', async () => {
		const at = place();
		const source = new CancellationSource();
		state.fault = (_, response) => {
			response.writeHead(200);
			return response.write(good.subarray(0, 50_000)) || true;
		};
		await expect(install(at, source.token, () => source.cancel())).rejects.toBeInstanceOf(Cancelled);
		await expectNothing(at);
		expect(statSync(incomplete(at)).size).toBeGreaterThan(0);
	});

	it('where it is cancelled while it is unpacked', async () => {
		const at = place();
		const source = new CancellationSource();
		const cancel = ({ phase }: CudaProgress) => phase === 'unpacking' && source.cancel();
		await expect(install(at, source.token, cancel)).rejects.toBeInstanceOf(Cancelled);
		await expectNothing(at);
	});

	it.skipIf(process.platform !== 'linux')('where the disk is full', async () => {
		const at = place();
		symlinkSync('/dev/full', incomplete(at));
		expect(await sentence(install(at))).toMatch(/^cuda\.disk-full: The disk is full/);
		await expectNothing(at);
	});

	it.each([
		[
			'lacks a library',
			zip([{ name: `${inside}/libonnxruntime_providers_cuda.so`, bytes: cuda }]),
			/no libonnxruntime_providers_shared/,
		],
		['is no archive', Buffer.from('<html>'), /no end of a ZIP archive/],
		[
			'holds more than it says',
			zip([
				{ name: `${inside}/libonnxruntime_providers_cuda.so`, bytes: cuda, lies: { size: 1000 } },
				{ name: `${inside}/libonnxruntime_providers_shared.so`, bytes: shared },
			]),
			/too long/,
		],
	])('where the package %s', async (_, archive, reason) => {
		const at = place();
		state.archive = archive;
		const said = await sentence(install(at));
		expect(said).toMatch(/^cuda\.broken-package/);
		expect(said).toMatch(reason);
		await expectNothing(at);
	});

	it.each([
		['no size', { packageSize: undefined }],
		['another kind of checksum', { packageHashAlgorithm: 'SHA256' }],
		['a checksum that is none', { packageHash: 'x' }],
	])('where the registry gives %s', async (_, catalog) => {
		state.catalog = catalog;
		expect(await sentence(install(place()))).toMatch(/^cuda\.foreign-answer/);
	});

	it('from an address that is not https where the registry is', async () => {
		const secure: Registry = {
			index: registry.index.replace('http:', 'https:'),
			fetch: (input, init) => fetch(String(input).replace('https:', 'http:'), init),
		};
		expect(await sentence(planCuda(place(), secure, neverCancelled))).toMatch(/^cuda\.not-https/);
	});
});
