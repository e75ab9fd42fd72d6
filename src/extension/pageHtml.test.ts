import { expect, test } from 'vitest';
import { embeddedJson, pageHtml } from './pageHtml';

const parts = {
	view: 'results',
	script: 'https://host/webview.js?a=1&b="2"',
	style: 'https://host/webview.css',
	source: 'https://host',
	nonce: 'abc123',
	localisation: { strings: { bad: '</script><script>alert(1)</script><!--' } },
} as const;

test('data cannot end the element it stands in, and is read back as it was', () => {
	const json = embeddedJson(parts.localisation);
	expect(json).not.toContain('<');
	expect(JSON.parse(json)).toEqual(parts.localisation);
	expect(pageHtml(parts).match(/<\/script>/g)).toHaveLength(2);
});

test('nothing may load but our own files, nothing may run but our own script', () => {
	const policy = /Content-Security-Policy" content="([^"]*)"/.exec(pageHtml(parts))?.[1];
	expect(policy).toBe(
		"default-src 'none'; script-src 'nonce-abc123'; style-src https://host 'nonce-abc123'; img-src https://host; font-src https://host",
	);
	expect(pageHtml(parts)).not.toMatch(/unsafe|<style|<script(?![^>]*(nonce="abc123"|type="application\/json"))/);
});

test('addresses are escaped as attributes', () => {
	expect(pageHtml(parts)).toContain('src="https://host/webview.js?a=1&amp;b=&quot;2&quot;"');
});
