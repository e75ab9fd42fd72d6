import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promptText } from '../protocol/prompt';
import { guard } from '../run/journal';
import { type OpenRun, openRun } from '../run/openRun';
import { writeParquet } from '../run/parquet';
import { samplesCsv } from './csv';
import { reportHtml } from './html';

export const exportFormats = ['html', 'jsonl', 'csv', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/**
 * Writes a run in another form and returns the file's path.
 * @param page Folder that holds the report page's script and style.
 * @param out The file to write; absent: beside the samples, in the run folder.
 */
export async function exportRun(dir: string, format: ExportFormat, page: string, out?: string): Promise<string> {
	const run = await openRun(dir);
	const file = out ?? path.join(dir, format === 'html' ? 'report.html' : `samples.${format}`);
	await writers[format](run, file, page);
	return file;
}

const writers: { readonly [F in ExportFormat]: (run: OpenRun, file: string, page: string) => Promise<void> } = {
	html: async (run, file, page) => guard(file, async () => writeFile(file, await reportHtml(run, page))),
	csv: (run, file) => guard(file, () => writeFile(file, samplesCsv(run))),
	jsonl: (run, file) => guard(file, () => writeFile(file, samplesJsonl(run))),
	parquet: writeParquet,
};

/** The samples with their prompts in full: nothing else of the run folder is needed to read them. */
function* samplesJsonl({ samples, prompt }: OpenRun): Generator<string> {
	for (const sample of samples) {
		const { segments } = prompt(sample);
		yield `${JSON.stringify({ ...sample, prompt: promptText({ segments }), segments })}\n`;
	}
}
