import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runFailure } from '../protocol/failure';
import type { OpenRun } from '../run/openRun';
import { reportData } from './reportData';

/**
 * The report as one file: the results view's own script and style, and the run as data. The policy names the script and
 * the style by their hashes and forbids everything else, so that a text of the data cannot become either.
 * @param page Folder of the built page: report.js and report.css.
 */
export async function reportHtml(run: OpenRun, page: string): Promise<string> {
	const [script, style] = await Promise.all([readPage(page, 'report.js'), readPage(page, 'report.css')]);
	const data = inScript(JSON.stringify(await reportData(run)));
	const policy = [
		"default-src 'none'",
		`script-src '${sourceHash(script)}'`,
		// The component kit probes with an empty style element.
		`style-src '${sourceHash(style)}' '${sourceHash('')}'`,
		"base-uri 'none'",
		"form-action 'none'",
	].join('; ');
	return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(run.record.evaluation.name)} – Eval Lens</title>
<style>${style}</style>
</head>
<body data-view="report">
<script type="application/json" id="report-data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
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
