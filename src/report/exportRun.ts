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
	const run = await openRun(dir);
	const file = out ?? path.join(dir, fileNames[format]);
	refuseOwnFile(dir, file);
	await writers[format](run, file, page);
	return file;
}

/** In the run folder, where samples.jsonl is the run's own. */
const fileNames: Readonly<Record<ExportFormat, string>> = {
	html: 'report.html',
	jsonl: 'export.jsonl',
	csv: 'samples.csv',
	parquet: runFiles.parquet,
};

/** Samples are read while they are written out: into what they are read from they must not go. */
function refuseOwnFile(dir: string, file: string): void {
	const { parquet: _, ...own } = runFiles;
	for (const name of Object.values(own)) {
		if (path.resolve(file) === path.resolve(dir, name)) {
			throw inputFailure('report.own-file', { file });
		}
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
