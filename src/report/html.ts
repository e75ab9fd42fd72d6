import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runFailure } from '../protocol/failure';
import { reportElements } from '../protocol/reportData';
import type { OpenRun } from '../run/openRun';
import { reportHead, reportSamples, SegmentLines } from './reportData';

/**
 * The report as one file: the results view's own script and style, and the run as data. The policy names the script and
 * the style by their hashes and forbids everything else, so that a text of the data cannot become either.
 * @param page Folder of the built page: report.js and report.css.
 * @returns The file's text in parts; the page was read before the first.
 */
export async function reportHtml(run: OpenRun, page: string): Promise<AsyncGenerator<string>> {
	const [script, style] = await Promise.all([readPage(page, 'report.js'), readPage(page, 'report.css')]);
	return reportParts(run, script, style);
}

async function* reportParts(run: OpenRun, script: string, style: string): AsyncGenerator<string> {
	const policy = [
		"default-src 'none'",
		`script-src '${sourceHash(script)}'`,
		// The component kit probes with an empty style element.
		`style-src '${sourceHash(style)}' '${sourceHash('')}'`,
		"base-uri 'none'",
		"form-action 'none'",
	].join('; ');
	yield `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(run.record.evaluation.name)} – Eval Lens</title>
<style>${style}</style>
</head>
<body data-view="report">
`;
	const head = await reportHead(run);
	yield* dataElement(reportElements.head, [JSON.stringify(head)]);
	const segments = new SegmentLines();
	for (const [i, column] of head.columns.entries()) {
		yield* dataElement(reportElements.samples(i), reportSamples(run, column, segments));
	}
	yield* dataElement(reportElements.segments, segments.lines());
	yield `<script>${script}</script>
</body>
</html>
`;
}

/** An element that the page reads and the browser does not run. */
async function* dataElement(id: string, lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
	yield `<script type="application/json" id="${id}">`;
	let separator = '';
	for await (const line of lines) {
		yield separator + inScript(line);
		separator = '\n';
	}
	yield '</script>\n';
}

async function readPage(page: string, name: string): Promise<string> {
	const file = path.join(page, name);
	try {
		const text = await readFile(file, 'utf8');
		// An end tag inside the script or style would end it.
		return text.replaceAll(/<\/(script|style)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
	} catch (error) {
		throw runFailure('report.no-page', { file }, error);
	}
}

/** JSON that cannot end the script element it stands in: `<` only occurs inside strings. */
function inScript(json: string): string {
	return json.replaceAll('<', '\\u003c');
}

function sourceHash(source: string): string {
	return `sha256-${createHash('sha256').update(source).digest('base64')}`;
}

function escapeHtml(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
