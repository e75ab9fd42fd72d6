import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureRun } from '../../webview/testing/fixture';
import { type Bundle, bundle, chromiumPath, launchBrowser, openView } from './page';
import { reportPage } from './report';

const script = '<script>globalThis.pwned = true</script><img src=x onerror="globalThis.pwned = true">';
const invisible = 'a\0b \ud83d\u202e\u00a0\u200bc';
const questions = [script, invisible, `${'word '.repeat(200_000)}end`];

describe.skipIf(!existsSync(chromiumPath))('hostile dataset text', () => {
	let browser: Browser;
	let webview: Bundle;
	let host: Bundle;

	beforeAll(async () => {
		[browser, webview, host] = await Promise.all([
			launchBrowser(),
			bundle('webview/main.tsx'),
			bundle('webview/testing/fakeHost.ts'),
		]);
	});
	afterAll(() => browser?.close());

	async function openQuestion(n: number) {
		const opened = await openView(browser, webview, host, { questions });
		await opened.page.locator('.list-row[aria-selected]').nth(n).click();
		await opened.page.locator('.prompt-diff').first().waitFor();
		return opened;
	}

	test('markup is text in the list and in the prompt, and no script runs', async () => {
		const { page, errors } = await openQuestion(0);
		expect(await page.locator('.list-row[aria-selected]').first().textContent()).toContain('<script>');
		expect((await page.locator('[data-side=a]').allTextContents()).join('')).toContain(script);
		expect(await page.locator('#view img, #view script').count()).toBe(0);
		expect(await page.evaluate(() => Reflect.get(globalThis, 'pwned'))).toBeUndefined();
		expect(errors).toEqual([]);
		await page.close();
	});

	test('what cannot be seen is named, and stays in the text', async () => {
		const { page, errors } = await openQuestion(1);
		const named = page.locator('[data-side=a] .glyph.named');
		const names = await named.evaluateAll(glyphs => glyphs.map(glyph => glyph.getAttribute('data-glyph')));
		expect(names).toEqual(['NUL', 'U+D83D', 'RLO', 'NBSP', 'ZWSP']);
		// Lone surrogates do not survive the way out of the browser, so the text is compared inside it.
		const codes = await named.evaluateAll(glyphs => glyphs.map(glyph => glyph.textContent?.charCodeAt(0)));
		expect(codes).toEqual([0, 0xd83d, 0x202e, 0xa0, 0x200b]);
		expect(errors).toEqual([]);
		await page.close();
	});

	test('of a megabyte the beginning is shown, and all of it on request', async () => {
		const { page, errors } = await openQuestion(2);
		const size = async () => (await page.locator('.prompts [data-side=b]').allTextContents()).join('').length;
		expect(await size()).toBeLessThan(50_000);
		await page.getByRole('radio', { name: 'Whole prompts' }).click();
		expect(await size()).toBeLessThan(50_000);
		await page
			.getByText(/Show [\d,]+ more characters/)
			.last()
			.click();
		await expect.poll(size).toBeGreaterThan(1_000_000);
		expect(errors).toEqual([]);
		await page.close();
	});

	test('a report with a script in its data runs only its own', async () => {
		const page = await browser.newPage();
		const errors: string[] = [];
		page.on('console', entry => entry.type() === 'error' && errors.push(entry.text()));
		await page.setContent(reportPage(await bundle('webview/report.tsx'), fixtureRun({ questions })));
		await page.locator('.list-row[aria-selected]').first().click();
		await page.locator('.prompt-diff').first().waitFor();
		expect((await page.locator('[data-side=a]').allTextContents()).join('')).toContain(script);
		expect(await page.evaluate(() => Reflect.get(globalThis, 'pwned'))).toBeUndefined();
		expect(errors).toEqual([]);
		await page.close();
	});
});
