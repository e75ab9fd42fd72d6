import { createHash } from 'node:crypto';
import { type ReportData, reportElements } from '../../src/protocol/reportData';
import { type Bundle, inScript } from './page';

/** The report as one file under the policy that the report's builder uses: script and style by hash, nothing else. */
export function reportPage({ js, css }: Bundle, { samples, segments, ...head }: ReportData): string {
	const script = js.replaceAll('</script', '<\\/script');
	return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${hash(script)}'; style-src '${hash(css)}' '${hash('')}'">
<title>report</title>
<style>${css}</style>
</head>
<body data-view="report">
${element(reportElements.head, JSON.stringify(head))}
${samples.map((lines, i) => element(reportElements.samples(i), lines)).join('\n')}
${element(reportElements.segments, segments)}
<script>${script}</script>
</body>
</html>`;
}

function hash(source: string): string {
	return `sha256-${createHash('sha256').update(source).digest('base64')}`;
}

function element(id: string, json: string): string {
	return `<script type="application/json" id="${id}">${inScript(json)}</script>`;
}
