import { createHash, randomBytes } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	truncateSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../../test/hub/connect';
import { startHubStandIn } from '../../test/hub/standIn';
import { temporaryFolders } from '../../test/temporaryFolder';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { type DownloadProgress, downloadFile, downloadFiles } from './download';
import type { Hub } from './hub';
import type { RepositoryFile, Snapshot } from './repository';
import { repositoryFiles } from './repositoryFiles';
import { resolveSnapshot } from './snapshot';

const standIn = await startHubStandIn();
afterAll(() => standIn.close());
const newCache = temporaryFolders();

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const gitHash = (bytes: Uint8Array) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

let added = 0;

/** A model of its own with these files, and what downloads one of them. */
async function model(files: Readonly<Record<string, Buffer>>, cache = newCache(), spec: object = {}, token?: string) {
	const id = `acme/model-${added++}`;
	const { branches } = standIn.addModel({ id, files, ...spec });
	const hub = connect(standIn, cache, token === undefined ? {} : { token });
	const snapshot: Snapshot = { type: 'model', id, commit: branches.get('main')?.commit ?? '' };
	const file = (name: string): RepositoryFile => {
		const stored = branches.get('main')?.files.get(name);
		return stored
			? { path: name, size: stored.bytes.length, oid: stored.sha256 ?? stored.oid, sha256: stored.sha256 }
			: expect.fail(name);
	};
	const folder = path.join(cache, `models--acme--${id.slice(5)}`);
	/** Ranges that were asked of the store. */
	const ranges = () =>
		standIn.requests.flatMap(({ origin, url, headers }) =>
			origin === 'store' && url.includes(sha256(files.big ?? Buffer.alloc(0))) ? [headers.range ?? 'whole'] : [],
		);
	return { id, hub, snapshot, file, folder, ranges };
}

const get = (hub: Hub, snapshot: Snapshot, file: RepositoryFile, token = neverCancelled) =>
	downloadFile(hub, snapshot, file, () => {}, token);

async function sentence(work: Promise<unknown>): Promise<string> {
	const error = await work.then(
		() => expect.fail('it came'),
		(reason: unknown) => reason,
	);
	return error instanceof Failure ? error.message : expect.fail(String(error));
}

describe('the layout of the cache', () => {
	it('is that of huggingface_hub', async () => {
		const small = Buffer.from('{}');
		const big = randomBytes(5000);
		const { id, hub, snapshot, folder } = await model({ 'config.json': small, 'onnx/model.onnx': big });
		const { commit } = snapshot;
		expect(await resolveSnapshot(hub, 'model', id, 'main', neverCancelled)).toEqual(snapshot);
		const files = await repositoryFiles(hub, snapshot, neverCancelled);
		const [config, onnx] = await downloadFiles(
			hub,
			files.map(file => ({ snapshot, file })),
			() => {},
			neverCancelled,
		);
		const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
		expect(entries.filter(name => !name.startsWith('.eval-lens')).sort()).toEqual(
			[
				'blobs',
				`blobs/${gitHash(small)}`,
				`blobs/${sha256(big)}`,
				'refs',
				'refs/main',
				'snapshots',
				`snapshots/${commit}`,
				`snapshots/${commit}/config.json`,
				`snapshots/${commit}/onnx`,
				`snapshots/${commit}/onnx/model.onnx`,
			].sort(),
		);
		expect(readFileSync(path.join(folder, 'refs/main'), 'utf8')).toBe(commit);
		expect(readlinkSync(config ?? '')).toBe(`../../blobs/${gitHash(small)}`);
		expect(readlinkSync(onnx ?? '')).toBe(`../../../blobs/${sha256(big)}`);
		expect(readFileSync(onnx ?? '')).toEqual(big);
	});

	it('gives what Python downloaded without a request', async () => {
		const big = randomBytes(3000);
		const { hub, id, snapshot, file, folder } = await model({ big });
		const target = path.join(folder, 'snapshots', snapshot.commit);
		mkdirSync(path.join(folder, 'blobs'), { recursive: true });
		mkdirSync(path.join(folder, 'refs'));
		mkdirSync(target, { recursive: true });
		writeFileSync(path.join(folder, 'refs/main'), snapshot.commit);
		writeFileSync(path.join(folder, 'blobs', sha256(big)), big);
		symlinkSync(`../../blobs/${sha256(big)}`, path.join(target, 'big'));
		const before = standIn.requests.length;
		const offline = { ...hub, offline: true, fetch: connect(standIn, hub.cache, { offline: true }).fetch };
		expect(await resolveSnapshot(offline, 'model', id, 'main', neverCancelled)).toEqual(snapshot);
		expect(await repositoryFiles(offline, snapshot, neverCancelled)).toEqual([file('big')]);
		expect(await get(offline, snapshot, file('big'))).toBe(path.join(target, 'big'));
		expect(standIn.requests).toHaveLength(before);
	});

	it('has a ref only of a commit with a snapshot, and ours offline until then', async () => {
		const big = randomBytes(3000);
		const { hub, id, snapshot, file, folder } = await model({ big });
		const offline = connect(standIn, hub.cache, { offline: true });
		const resolved = (from: Hub, revision = 'main') => resolveSnapshot(from, 'model', id, revision, neverCancelled);
		const main = path.join(folder, 'refs/main');
		expect(await resolved(hub)).toEqual(snapshot);
		expect(existsSync(main)).toBe(false);
		// Without it, Python takes the repository for corrupted.
		expect(readdirSync(path.join(folder, 'snapshots'))).toEqual([]);
		expect(await resolved(offline)).toEqual(snapshot);
		await get(hub, snapshot, file('big'));
		expect(readFileSync(main, 'utf8')).toBe(snapshot.commit);
		expect(await resolved(offline)).toEqual(snapshot);
		expect(readdirSync(path.join(folder, '.eval-lens/refs'))).toEqual([]);
	});

	it('leaves the ref of an older commit to Python until there is a file of the newer one', async () => {
		const big = randomBytes(3000);
		const { hub, id, snapshot, file, folder } = await model({ big });
		const older = 'a'.repeat(40);
		const main = path.join(folder, 'refs/main');
		const anHourAgo = new Date(Date.now() - 3_600_000);
		mkdirSync(path.join(folder, 'snapshots', older), { recursive: true });
		mkdirSync(path.join(folder, 'refs'));
		writeFileSync(main, older);
		utimesSync(main, anHourAgo, anHourAgo);
		const offline = connect(standIn, hub.cache, { offline: true });
		const resolved = async (from: Hub) => (await resolveSnapshot(from, 'model', id, 'main', neverCancelled)).commit;
		expect(await resolved(offline)).toBe(older);
		expect(await resolved(hub)).toBe(snapshot.commit);
		expect(readFileSync(main, 'utf8')).toBe(older);
		expect(await resolved(offline)).toBe(snapshot.commit);
		// What Python writes down later counts again.
		const inAnHour = new Date(Date.now() + 3_600_000);
		utimesSync(main, inAnHour, inAnHour);
		expect(await resolved(offline)).toBe(older);
		await get(hub, snapshot, file('big'));
		expect(readFileSync(main, 'utf8')).toBe(older);
		expect(await resolved(hub)).toBe(snapshot.commit);
		expect(readFileSync(main, 'utf8')).toBe(snapshot.commit);
	});

	it('takes a blob that another commit brought', async () => {
		const big = randomBytes(3000);
		const { hub, snapshot, file, ranges } = await model({ big });
		await get(hub, snapshot, file('big'));
		const other = { ...snapshot, commit: 'a'.repeat(40) };
		expect(readFileSync(await get(hub, other, file('big')))).toEqual(big);
		expect(ranges()).toHaveLength(1);
	});

	it.each(['../../outside', '/etc/passwd', 'a/../../b', 'a//b', '.', 'a\\..\\b', 'nul\0', ''])(
		'holds no file named %j',
		async name => {
			const { hub, snapshot, file } = await model({ big: randomBytes(2000) });
			expect(await sentence(get(hub, snapshot, { ...file('big'), path: name }))).toMatch(/no cache can hold/);
			expect(await sentence(get(hub, snapshot, { ...file('big'), oid: name }))).toMatch(/no cache can hold/);
		},
	);

	it.each(['../main', 'refs//x', '..'])('has no revision %j', async revision => {
		const { hub, id } = await model({ big: randomBytes(2000) });
		await expect(resolveSnapshot({ ...hub, offline: true }, 'model', id, revision, neverCancelled)).rejects.toThrow(
			Failure,
		);
		expect(existsSync(path.join(hub.cache, 'main'))).toBe(false);
	});
});

describe('a download', () => {
	it('continues after an interruption with the bytes that are missing', async () => {
		const big = randomBytes(100_000);
		const { hub, snapshot, file, folder, ranges } = await model({ big });
		standIn.fault(({ url }) => url.includes(sha256(big)), { cutAfterBytes: 30_000 });
		standIn.fault(({ url }) => url.includes(sha256(big)), { cutAfterBytes: 0 }, 10);
		expect(await sentence(get(hub, snapshot, file('big')))).toMatch(/cannot be reached|broke off/);
		const incomplete = path.join(folder, 'blobs', `${sha256(big)}.incomplete`);
		const { size } = statSync(incomplete);
		expect(size).toBeGreaterThan(0);
		expect(readFileSync(incomplete)).toEqual(big.subarray(0, size));
		for (;;) {
			// What is left of the fault.
			const before = ranges().length;
			const done = await get(hub, snapshot, file('big')).catch(() => null);
			if (done) {
				expect(ranges().slice(before).at(-1)).toBe(`bytes=${size}-99999`);
				expect(readFileSync(done)).toEqual(big);
				break;
			}
		}
		expect(existsSync(incomplete)).toBe(false);
	});

	it('goes on by itself where a connection is cut', async () => {
		const big = randomBytes(50_000);
		const { hub, snapshot, file, ranges } = await model({ big });
		standIn.fault(({ url }) => url.includes(sha256(big)), { cutAfterBytes: 20_000 });
		expect(readFileSync(await get(hub, snapshot, file('big')))).toEqual(big);
		expect(ranges()).toEqual(['whole', expect.stringMatching(/^bytes=\d+-49999$/)]);
	});

	it('of a large file comes in several ranges at a time, each byte once', async () => {
		const big = randomBytes(40 * 2 ** 20 + 12_345);
		const { hub, snapshot, file, ranges } = await model({ big });
		const told: DownloadProgress[] = [];
		const local = await downloadFile(hub, snapshot, file('big'), progress => told.push(progress), neverCancelled);
		expect(sha256(readFileSync(local))).toBe(sha256(big));
		const asked = ranges().map(range => range.match(/\d+/g)?.map(Number) ?? []);
		expect(asked.length).toBe(6);
		const sorted = asked.sort(([a = 0], [b = 0]) => a - b);
		expect(sorted[0]?.[0]).toBe(0);
		expect(sorted.slice(1).map(([start]) => start)).toEqual(sorted.slice(0, -1).map(([, end = 0]) => end + 1));
		expect(sorted.at(-1)?.[1]).toBe(big.length - 1);
		expect(told.at(-1)).toEqual({ received: big.length, total: big.length });
		const received = told.map(progress => progress.received);
		expect(received).toEqual(received.toSorted((a, b) => a - b));
	});

	it('that arrives damaged is deleted and told', async () => {
		const big = randomBytes(5000);
		const small = Buffer.from('a small file, kept by git');
		const { hub, snapshot, file, folder } = await model({ big, 'small.txt': small });
		standIn.fault(({ url }) => url.includes(sha256(big)), { corrupt: true });
		expect(await sentence(get(hub, snapshot, file('big')))).toMatch(/^big of acme\/.* arrived damaged/);
		standIn.fault(({ url }) => url.endsWith('small.txt'), { corrupt: true });
		expect(await sentence(get(hub, snapshot, file('small.txt')))).toMatch(/arrived damaged/);
		expect(readdirSync(path.join(folder, 'blobs'))).toEqual([]);
		expect(existsSync(path.join(folder, 'snapshots'))).toBe(false);
		expect(readFileSync(await get(hub, snapshot, file('big')))).toEqual(big);
		expect(readFileSync(await get(hub, snapshot, file('small.txt')))).toEqual(small);
	});

	it('stops when it is cancelled, and leaves what was received', async () => {
		const big = randomBytes(100_000);
		const { hub, snapshot, file, folder } = await model({ big });
		standIn.fault(({ url }) => url.includes(sha256(big)), { slowBytes: 10_000, pauseMs: 50 });
		const source = new CancellationSource();
		const download = downloadFile(hub, snapshot, file('big'), () => source.cancel(), source.token);
		await expect(download).rejects.toThrow(Cancelled);
		const left = readFileSync(path.join(folder, 'blobs', `${sha256(big)}.incomplete`));
		expect(left.length).toBeGreaterThan(0);
		expect(left).toEqual(big.subarray(0, left.length));
		expect(left.length).toBeLessThan(big.length);
		expect(readFileSync(await get(hub, snapshot, file('big')))).toEqual(big);
	});

	it('is done once where several want the same file', async () => {
		const big = randomBytes(20_000);
		const { hub, snapshot, file, ranges } = await model({ big });
		standIn.fault(({ url }) => url.includes(sha256(big)), { slowBytes: 5000, pauseMs: 20 });
		const all = await Promise.all([1, 2, 3].map(() => get(hub, snapshot, file('big'))));
		for (const local of all) {
			expect(readFileSync(local)).toEqual(big);
		}
		expect(ranges()).toHaveLength(1);
	});

	it('starts anew where more was left than there can be, or other bytes', async () => {
		const big = randomBytes(5000);
		const { hub, snapshot, file, folder } = await model({ big });
		mkdirSync(path.join(folder, 'blobs'), { recursive: true });
		const incomplete = path.join(folder, 'blobs', `${sha256(big)}.incomplete`);
		writeFileSync(incomplete, randomBytes(6000));
		expect(readFileSync(await get(hub, snapshot, file('big')))).toEqual(big);
		const again = await model({ big });
		mkdirSync(path.join(again.folder, 'blobs'), { recursive: true });
		writeFileSync(path.join(again.folder, 'blobs', `${sha256(big)}.incomplete`), randomBytes(4000));
		expect(await sentence(get(again.hub, again.snapshot, again.file('big')))).toMatch(/arrived damaged/);
		expect(readFileSync(await get(again.hub, again.snapshot, again.file('big')))).toEqual(big);
	});

	it('takes files that are empty, and servers that know no ranges', async () => {
		const { hub, snapshot, file } = await model({ empty: Buffer.alloc(0) });
		expect(statSync(await get(hub, snapshot, file('empty'))).size).toBe(0);
		const big = randomBytes(9000);
		const other = await model({ big });
		mkdirSync(path.join(other.folder, 'blobs'), { recursive: true });
		writeFileSync(path.join(other.folder, 'blobs', `${sha256(big)}.incomplete`), big.subarray(0, 4000));
		const noRanges: Hub = {
			...other.hub,
			fetch: async (input, init) => {
				const headers = new Headers(init?.headers);
				headers.delete('Range');
				return other.hub.fetch(input, { ...init, headers });
			},
		};
		expect(readFileSync(await get(noRanges, other.snapshot, other.file('big')))).toEqual(big);
	});

	it('needs no token where it is sent on to, and gets none there', async () => {
		const big = randomBytes(4000);
		const { hub, snapshot, file, id } = await model({ big }, newCache(), { gated: 'manual' }, 'hf_test_good');
		await get(hub, snapshot, file('big'));
		const seen = (origin: string) =>
			standIn.requests.filter(one => one.origin === origin && (one.url.includes(id) || one.url.includes(sha256(big))));
		expect(seen('hub').every(({ headers }) => headers.authorization === 'Bearer hf_test_good')).toBe(true);
		expect(seen('store').map(({ headers }) => headers.authorization)).toEqual([undefined]);
	});

	it('that is not allowed says how to ask for access', async () => {
		const { hub, snapshot, file } = await model({ big: randomBytes(4000) }, newCache(), { gated: 'manual' });
		expect(await sentence(get(hub, snapshot, file('big')))).toMatch(/request access at http/);
	});

	describe.each([
		['big', randomBytes(4000)],
		['small.txt', Buffer.from('a small file, kept by git')],
	])('of %s', (name, bytes) => {
		const hashName = name === 'big' ? sha256(bytes) : gitHash(bytes);

		it.each(['linked', 'not linked', 'a copy'])('mends a blob that was cut short, %s', async how => {
			const { hub, snapshot, file, folder } = await model({ [name]: bytes });
			const local = await get(hub, snapshot, file(name));
			const blob = path.join(folder, 'blobs', hashName);
			truncateSync(blob, 7);
			if (how !== 'linked') {
				unlinkSync(local);
			}
			if (how === 'a copy') {
				writeFileSync(local, bytes.subarray(0, 9));
			}
			expect(readFileSync(await get(hub, snapshot, file(name)))).toEqual(bytes);
			expect(readFileSync(blob)).toEqual(bytes);
		});

		it('offline names the blob that was cut short', async () => {
			const { id, hub, snapshot, file, folder } = await model({ [name]: bytes });
			const local = await get(hub, snapshot, file(name));
			const blob = path.join(folder, 'blobs', hashName);
			truncateSync(blob, 7);
			const told = `The cache holds ${id}/${name} damaged: ${blob} has 7 bytes instead of ${bytes.length}. Delete that file, then run once without HF_HUB_OFFLINE to download it anew.`;
			const offline = connect(standIn, hub.cache, { offline: true });
			expect(await sentence(get(offline, snapshot, file(name)))).toBe(told);
			unlinkSync(local);
			expect(await sentence(get(offline, snapshot, file(name)))).toBe(told);
		});
	});

	it('offline takes a whole blob in place of a damaged copy, and names the copy where there is none', async () => {
		const big = randomBytes(4000);
		const { hub, snapshot, file, folder } = await model({ big });
		const local = await get(hub, snapshot, file('big'));
		const offline = connect(standIn, hub.cache, { offline: true });
		unlinkSync(local);
		writeFileSync(local, 'x');
		expect(readFileSync(await get(offline, snapshot, file('big')))).toEqual(big);
		unlinkSync(local);
		writeFileSync(local, 'x');
		unlinkSync(path.join(folder, 'blobs', sha256(big)));
		expect(await sentence(get(offline, snapshot, file('big')))).toContain(`${local} has 1 bytes instead of 4000.`);
	});

	it('offline says what is missing', async () => {
		const { hub, snapshot, file, id } = await model({ big: randomBytes(4000) });
		expect(await sentence(get({ ...hub, offline: true }, snapshot, file('big')))).toContain(`${id}/big`);
	});

	it('into a place that cannot be written says so', async () => {
		const cache = path.join(newCache(), 'file');
		writeFileSync(cache, '');
		const { hub, snapshot, file } = await model({ big: randomBytes(4000) }, cache);
		expect(await sentence(get(hub, snapshot, file('big')))).toMatch(/could not be written \(E[A-Z]+\)/);
	});

	it('gives the same bytes however it is interrupted', { timeout: 60_000 }, async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6000 }), { maxLength: 8 }), async cuts => {
				const big = randomBytes(20_000);
				const { hub, snapshot, file, ranges } = await model({ big });
				for (const cutAfterBytes of cuts) {
					standIn.fault(({ url }) => url.includes(sha256(big)), { cutAfterBytes });
				}
				expect(readFileSync(await get(hub, snapshot, file('big')))).toEqual(big);
				const starts = ranges().map(range => Number(/\d+/.exec(range)?.[0] ?? 0));
				expect(starts).toEqual(starts.toSorted((a, b) => a - b));
			}),
			{ numRuns: 20 },
		);
	});
});
