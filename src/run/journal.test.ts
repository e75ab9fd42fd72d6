import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Journal, type JournalLine, journalLines } from './journal';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(file: string, from?: number, to?: number): Promise<JournalLine[]> {
	const lines: JournalLine[] = [];
	for await (const batch of journalLines(file, from, to)) {
		lines.push(...batch);
	}
	return lines;
}

async function write(file: string, values: readonly object[]): Promise<void> {
	const last = (await read(file)).at(-1);
	const journal = await Journal.open(file, last ? last.start + last.bytes + 1 : 0, async () => {});
	for (const value of values) {
		await journal.append(value);
	}
	await journal.close();
}

describe('Journal', () => {
	it('is empty where there is no file', async () => {
		expect(await read(path.join(folder, 'none'))).toEqual([]);
	});

	it('cut at any byte and continued, holds every line once', async () => {
		const value = fc.record({ text: fc.string({ unit: 'binary' }), n: fc.integer() });
		await fc.assert(
			fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 6 }), fc.nat(), async (values, cut) => {
				const file = path.join(folder, 'cut');
				rmSync(file, { force: true });
				await write(file, values);
				const whole = readFileSync(file);
				writeFileSync(file, whole.subarray(0, cut % (whole.length + 1)));
				const kept = await read(file);
				expect(kept.map(line => JSON.parse(line.text))).toEqual(values.slice(0, kept.length));
				await write(file, values.slice(kept.length));
				expect(readFileSync(file).equals(whole)).toBe(true);
			}),
			{ numRuns: 50 },
		);
	});

	it('tells where each line stands, read from any of them on, and lines longer than what is read at a time', async () => {
		const file = path.join(folder, 'places');
		const texts = ['short', 'ü€😀', 'x'.repeat(3_000_000), '', 'last'];
		await write(
			file,
			texts.map(text => ({ text })),
		);
		const whole = readFileSync(file);
		const lines = await read(file);
		expect(lines.map(line => JSON.parse(line.text).text)).toEqual(texts);
		for (const [i, { text, start, bytes }] of lines.entries()) {
			expect(whole.toString('utf8', start, start + bytes)).toBe(text);
			expect(await read(file, start)).toEqual(lines.slice(i));
			expect(await read(file, 0, start)).toEqual(lines.slice(0, i));
		}
	});

	it('changes nothing once the file is another’s', async () => {
		const file = path.join(folder, 'lost');
		let isLost = false;
		const beforeWrite = async () => {
			if (isLost) {
				throw new Error('lost');
			}
		};
		const journal = await Journal.open(file, 0, beforeWrite);
		await journal.append({ n: 1 });
		isLost = true;
		await expect(journal.append({ n: 2 })).rejects.toThrow('lost');
		await expect(journal.cutTo(0)).rejects.toThrow('lost');
		await expect(Journal.open(file, 0, beforeWrite)).rejects.toThrow('lost');
		await journal.close();
		expect((await read(file)).map(({ text }) => text)).toEqual(['{"n":1}']);
	});
});
