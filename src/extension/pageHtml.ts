/** What differs between two pages. */
export interface PageParts {
	readonly view: 'results' | 'preview';
	readonly script: string;
	readonly style: string;
	/** The content security policy's name for our own files. */
	readonly source: string;
	readonly nonce: string;
	readonly localisation: unknown;
}

/** The shell of a webview; everything that is seen is drawn by the script. */
export function pageHtml({ view, script, style, source, nonce, localisation }: PageParts): string {
	const policy = [
		"default-src 'none'",
		`script-src 'nonce-${nonce}'`,
		// The component library makes a style element of its own, with the nonce of the meta element below.
		`style-src ${source} 'nonce-${nonce}'`,
		`img-src ${source}`,
		`font-src ${source}`,
	].join('; ');
	return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeAttribute(style)}">
<title>Eval Lens</title>
</head>
<body data-view="${view}">
<script type="application/json" id="localisation">${embeddedJson(localisation)}</script>
<script nonce="${nonce}" src="${escapeAttribute(script)}"></script>
</body>
</html>
`;
}

/** JSON that stays data inside a script element, whatever it says: no `<`, so no tag can end or begin in it. */
export function embeddedJson(value: unknown): string {
	return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function escapeAttribute(value: string): string {
	return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
