import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { FakeHostOptions } from '../../webview/testing/fakeHostOptions';
import { type ThemeName, themes } from '../../webview/testing/themes';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const chromiumPath = '/usr/bin/chromium';

export function launchBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: chromiumPath,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}

/** A bundle's script and style, built as esbuild.mjs builds them. */
export interface Bundle {
	readonly js: string;
	readonly css: string;
}

export async function bundle(entry: string): Promise<Bundle> {
	const { outputFiles } = await esbuild.build({
		absWorkingDir: root,
		entryPoints: [entry],
		bundle: true,
		write: false,
		outdir: 'out',
		platform: 'browser',
		target: 'es2022',
		format: 'iife',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		legalComments: 'none',
		define: { 'process.env.NODE_ENV': '"production"' },
	});
	const text = (extension: string) => outputFiles.find(file => file.path.endsWith(extension))?.text ?? '';
	return { js: text('.js'), css: text('.css') };
}

export interface PageOptions extends FakeHostOptions {
	readonly view?: 'results' | 'preview';
	readonly theme?: ThemeName;
	readonly width?: number;
	readonly height?: number;
}

const nonce = 'dGVzdA==';
/** Of the empty text: the toolkit finds out with an empty <style> what the browser can do. */
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}' ${emptyStyle}`;

/** Opens the webview as VS Code would: a strict policy, the theme's variables, a host at the other end of the channel. */
export async function openView(
	browser: Browser,
	webview: Bundle,
	host: Bundle,
	{ view = 'results', theme = 'dark', width = 1480, height = 820, ...options }: PageOptions = {},
): Promise<{ readonly page: Page; readonly errors: readonly string[] }> {
	const page = await browser.newPage({ viewport: { width, height } });
	const errors: string[] = [];
	page.on('pageerror', error => errors.push(String(error)));
	page.on('console', entry => {
		if (entry.type() === 'error') {
			errors.push(entry.text());
		}
	});
	const variables = Object.entries(themes[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
	const kind = `vscode-${theme}`;
	await page.setContent(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Eval Lens</title>
<style nonce="${nonce}">:root { ${variables.join(' ')} }</style>
<style nonce="${nonce}">${webview.css}</style>
</head>
<body class="${kind}" data-vscode-theme-kind="${kind}" data-view="${view}">
<script type="application/json" id="fake-host">${inScript(JSON.stringify(options))}</script>
<script nonce="${nonce}">${endless(host.js)}</script>
<script nonce="${nonce}">${endless(webview.js)}</script>
</body>
</html>`);
	return { page, errors };
}

/** JSON that cannot end the script element it stands in. */
export function inScript(json: string): string {
	return json.replaceAll('<', '\\u003c');
}

function endless(script: string): string {
	return script.replaceAll('</script', '<\\/script');
}
