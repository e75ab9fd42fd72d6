import { readFileSync } from 'node:fs';
import path from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../src/protocol/sample';
import { evalLens } from '../commandLine';
import { row, writeEvaluation } from '../evaluationFolder';
import { temporaryFolders } from '../temporaryFolder';

const folder = temporaryFolders(afterAll);
const hostile = '=1+1</script><script>alert(1)</script> =1+1,"quoted"\r\nnext <!--';

describe('a run in other forms', () => {
	let run: string;
	let samples: Sample[];
	let prompts: { variant: string; key: string; prompt: string }[];

	beforeAll(async () => {
		const test = [row(0), row(1, { question: hostile }), row(2, { subject: null })];
		const file = writeEvaluation(folder(), { num_fewshot: 0 }, { test });
		const { code, stdout, stderr } = await evalLens(['run', file, '--json']);
		expect(code, stderr).toBe(0);
		run = JSON.parse(stdout).run;
		samples = lines(path.join(run, 'samples.jsonl'));
		const shown = await evalLens(['preview', file, '--example', 'all', '--json']);
		prompts = shown.stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
	});

	it('Parquet holds every sample with its prompt, lists as lists', async () => {
		const file = await asyncBufferFromFile(path.join(run, 'samples.parquet'));
		const read = await parquetReadObjects({ file, compressors });
		expect(read).toHaveLength(samples.length);
		// Variant by variant in the order of the questions, whatever order they were computed in.
		expect(read.map(({ key, variant }) => `${variant} ${key}`)).toEqual(inOrder(samples));
		samples.forEach(sample => {
			const { prompt } = prompts.find(one => one.variant === sample.variant && one.key === sample.key) ?? {};
			expect(read.find(one => one.variant === sample.variant && one.key === sample.key)).toMatchObject({
				key: sample.key,
				subject: sample.subject,
				variant: sample.variant,
				prediction: sample.prediction,
				correct: sample.correct,
				logprobs: sample.logprobs,
				continuations: sample.continuations,
				generated: sample.generated ?? null,
				prompt,
			});
		});
		// A list view reads columns, and the prompts stand last.
		const { schema } = await parquetMetadataAsync(file);
		expect(schema.at(-1)?.name).toBe('prompt');
	});

	it('JSONL is the samples as they were recorded, with their prompts', async () => {
		const out = path.join(folder(), 'copy.jsonl');
		const { stdout } = await evalLens(['export', run, '--format', 'jsonl', '--out', out]);
		expect(stdout.trim()).toBe(out);
		const exported: (Omit<Sample, 'segments'> & { prompt: string; segments: { text: string }[] })[] = lines(out);
		expect(exported).toHaveLength(samples.length);
		expect(exported.map(({ key, variant }) => `${variant} ${key}`)).toEqual(inOrder(samples));
		exported.forEach(one => {
			const sample = samples.find(of => of.variant === one.variant && of.key === one.key);
			expect(one).toMatchObject({ ...sample, segments: one.segments });
			expect(one.prompt).toBe(prompts.find(p => p.variant === one.variant && p.key === one.key)?.prompt);
			expect(one.segments.map(segment => segment.text).join('')).toBe(one.prompt);
		});
	});

	it('leaves alone what the run is recorded in', async () => {
		const before = readFileSync(path.join(run, 'samples.jsonl'));
		const { code, stdout } = await evalLens(['export', run, '--format', 'jsonl']);
		expect([code, path.basename(stdout.trim())]).toEqual([0, 'samples-with-prompts.jsonl']);
		for (const name of ['samples.jsonl', 'segments.jsonl', 'run.json']) {
			const refused = await evalLens(['export', run, '--format', 'jsonl', '--out', path.join(run, name)]);
			expect(refused.code).toBe(2);
			expect(refused.stderr).toMatch(/holds the run itself/);
		}
		expect(readFileSync(path.join(run, 'samples.jsonl')).equals(before)).toBe(true);
	});

	it('CSV quotes what must be quoted', async () => {
		const { stdout } = await evalLens(['export', run, '--format', 'csv']);
		const text = readFileSync(stdout.trim(), 'utf8');
		const { parse } = await import('csv-parse/sync');
		const read: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' });
		expect(read).toHaveLength(samples.length);
		expect(read.find(one => one.key === 'test/1')?.question).toBe(`'${hostile}`);
	});

	it('HTML is one file that loads nothing and runs no text of the data', async () => {
		const { stdout } = await evalLens(['export', run, '--format', 'html']);
		const html = readFileSync(stdout.trim(), 'utf8');
		const { variants } = JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8')).evaluation;
		// What the page is and its script, the segments, and the samples of each variant.
		expect(html.match(/<script[\s>]/g)).toHaveLength(3 + variants.length);
		expect(html).not.toContain('alert(1)</script>');
		expect(html).toMatch(
			/Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/,
		);
		expect(html).not.toMatch(/<(link|img|iframe|object|base)\b/i);
		const data = /<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
		expect(JSON.parse(data).examples[1].question).toBe(hostile.slice(0, 200));
	});
});

function lines(file: string) {
	return readFileSync(file, 'utf8')
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line));
}

/** Samples by name, variant by variant in the order of the questions. */
function inOrder(samples: readonly Sample[]): string[] {
	const row = (key: string) => Number(key.split('/').at(-1));
	const variants = [...new Set(samples.map(({ variant }) => variant))];
	return [...samples]
		.sort((a, b) => variants.indexOf(a.variant) - variants.indexOf(b.variant) || row(a.key) - row(b.key))
		.map(({ key, variant }) => `${variant} ${key}`);
}
