import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import { promptText } from '../protocol/prompt';
import { guard } from '../run/journal';
import { type OpenRun, openRun } from '../run/openRun';
import { writeParquet } from '../run/parquet';
import { runFiles } from '../run/runFolder';
import { samplesCsv } from './csv';
import { reportHtml } from './html';
import { inPieces } from './pieces';

export const exportFormats = ['html', 'jsonl', 'csv', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/**
 * Writes a run in another form and returns the file's path. Of its samples a few are in memory at a time.
 * @param page Folder that holds the report page's script and style.
 * @param out The file to write; absent: beside the samples, in the run folder.
 */
export async function exportRun(dir: string, format: ExportFormat, page: string, out?: string): Promise<string> {
	const file = path.resolve(out ?? path.join(dir, names[format]));
	refuseOwnFile(dir, file);
	const run = await openRun(dir);
	await writers[format](run, file, page);
	return file;
}

/** Beside the samples.jsonl that the run was recorded in, which an export must not replace. */
const names = {
	html: 'report.html',
	jsonl: 'samples-with-prompts.jsonl',
	csv: 'samples.csv',
	parquet: runFiles.parquet,
} as const satisfies Record<ExportFormat, string>;

function refuseOwnFile(dir: string, file: string): void {
	const { record, samples, segments, examples, index, lock } = runFiles;
	if ([record, samples, segments, examples, index, lock].some(name => path.resolve(dir, name) === file)) {
		throw inputFailure('report.own-file', { file });
	}
}

const writers: { readonly [F in ExportFormat]: (run: OpenRun, file: string, page: string) => Promise<void> } = {
	html: async (run, file, page) => writeText(file, await reportHtml(run, page)),
	csv: (run, file) => writeText(file, samplesCsv(run)),
	jsonl: (run, file) => writeText(file, samplesJsonl(run)),
	parquet: writeParquet,
};

async function writeText(file: string, text: AsyncIterable<string>): Promise<void> {
	await guard(file, () => writeFile(file, inPieces(text)));
}

/** The samples with their prompts in full: nothing else of the run folder is needed to read them. */
async function* samplesJsonl(run: OpenRun): AsyncGenerator<string> {
	for await (const { sample, segments } of run.samples()) {
		yield `${JSON.stringify({ ...sample, prompt: promptText({ segments }), segments })}\n`;
	}
}
