import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { temporaryFolders } from '../../../test/temporaryFolder';
import { type ZippedFile, zip } from '../../../test/zip';
import { CancellationSource, Cancelled, neverCancelled } from '../../protocol/cancellation';
import { BrokenZip, extractEntry, zipEntries } from './zip';

const temporary = temporaryFolders();

function archiveOf(bytes: Buffer | readonly ZippedFile[]): string {
	const file = path.join(temporary(), 'a.zip');
	writeFileSync(file, Buffer.isBuffer(bytes) ? bytes : zip(bytes as readonly ZippedFile[]));
	return file;
}

async function extract(archive: string, name: string, token = neverCancelled): Promise<Buffer> {
	const entry = (await zipEntries(archive, [name])).get(name) ?? expect.fail(`no ${name}`);
	const target = path.join(temporary(), 'out');
	await extractEntry(archive, entry, target, () => {}, token);
	return readFileSync(target);
}

it('unpacks what it is asked for, whatever else is there', async () => {
	const file = fc.record({
		name: fc.stringMatching(/^[a-z/.]{1,12}$/),
		bytes: fc.uint8Array({ maxLength: 500 }).map(bytes => Buffer.from(bytes)),
		stored: fc.boolean(),
	});
	const files = fc.uniqueArray(file, { minLength: 1, maxLength: 6, selector: ({ name }) => name });
	await fc.assert(
		fc.asyncProperty(files, async all => {
			const archive = archiveOf(all);
			for (const { name, bytes } of all) {
				expect(await extract(archive, name)).toEqual(bytes);
			}
		}),
		{ numRuns: 30 },
	);
});

it('passes over names that it was not asked for', async () => {
	const evil = ['../../evil', '/etc/evil', 'a/../../evil', 'C:\\evil'];
	const archive = archiveOf([
		...evil.map(name => ({ name, bytes: Buffer.from('x') })),
		{ name: 'a', bytes: Buffer.from('y') },
	]);
	expect([...(await zipEntries(archive, ['a'])).keys()]).toEqual(['a']);
	expect(readdirSync(path.dirname(archive))).toEqual(['a.zip']);
});

const bytes = randomBytes(1000);
it.each([
	['no archive', Buffer.from('not a zip'), /no end/],
	['empty', Buffer.alloc(0), /no end/],
	['cut off', zip([{ name: 'a', bytes }]).subarray(0, 500), /no end/],
	[
		'an entry twice',
		[
			{ name: 'a', bytes },
			{ name: 'a', bytes },
		],
		/twice/,
	],
	['an encrypted entry', [{ name: 'a', bytes, lies: { flags: 1 } }], /not read/],
	['more than it says', [{ name: 'a', bytes: Buffer.alloc(10 * 2 ** 20), lies: { size: 1000 } }], /too long/],
	['less than it says', [{ name: 'a', bytes, lies: { size: 2000 } }], /checksum/],
	['other bytes than it says', [{ name: 'a', bytes, stored: true, lies: { crc: 1 } }], /checksum/],
	['an entry beyond the end', [{ name: 'a', bytes, lies: { offset: 1_000_000 } }], /beyond the end/],
	['an entry elsewhere', [{ name: 'a', bytes, lies: { offset: 3 } }], /not at its place/],
	['numbers of ZIP64', [{ name: 'a', bytes, lies: { size: 0xffffffff } }], /beyond the end/],
] as const)('finds %s', async (_, content, reason) => {
	const work = extract(archiveOf(content), 'a');
	await expect(work).rejects.toBeInstanceOf(BrokenZip);
	await expect(work).rejects.toThrow(reason);
});

it('finds any byte that was changed, or gives the bytes that were packed', async () => {
	const whole = zip([{ name: 'a', bytes: Buffer.from('some text some text some text') }]);
	await fc.assert(
		fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
			const changed = Buffer.from(whole);
			changed[at] = (changed[at] ?? 0) ^ change;
			const archive = archiveOf(changed);
			try {
				const entry = (await zipEntries(archive, ['a'])).get('a');
				if (entry) {
					const target = path.join(temporary(), 'out');
					await extractEntry(archive, entry, target, () => {}, neverCancelled);
					expect(readFileSync(target, 'utf8')).toBe('some text some text some text');
				}
			} catch (error) {
				expect(error).toBeInstanceOf(BrokenZip);
			}
		}),
		{ numRuns: 200 },
	);
});

it('stops when it is cancelled, and writes over nothing', async () => {
	const archive = archiveOf([{ name: 'a', bytes: randomBytes(5 * 2 ** 20) }]);
	const entry = (await zipEntries(archive, ['a'])).get('a') ?? expect.fail('no a');
	const source = new CancellationSource();
	const target = path.join(temporary(), 'out');
	await expect(extractEntry(archive, entry, target, () => source.cancel(), source.token)).rejects.toBeInstanceOf(
		Cancelled,
	);
	expect(existsSync(target)).toBe(true);
	await expect(extractEntry(archive, entry, target, () => {}, neverCancelled)).rejects.toMatchObject({
		code: 'EEXIST',
	});
});
