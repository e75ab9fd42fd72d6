import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Journal, readJournal } from './journal';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function write(file: string, values: readonly object[]): Promise<void> {
	const { bytes } = await readJournal(file);
	const journal = await Journal.open(file, bytes);
	for (const value of values) {
		await journal.append(value);
	}
	await journal.close();
}

describe('Journal', () => {
	it('is empty where there is no file', async () => {
		expect(await readJournal(path.join(folder, 'none'))).toEqual({ lines: [], bytes: 0 });
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
				const kept = (await readJournal(file)).lines;
				expect(kept.map(line => JSON.parse(line))).toEqual(values.slice(0, kept.length));
				await write(file, values.slice(kept.length));
				expect(readFileSync(file).equals(whole)).toBe(true);
			}),
			{ numRuns: 50 },
		);
	});
});
