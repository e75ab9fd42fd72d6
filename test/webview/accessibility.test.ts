import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureRun } from '../../webview/testing/fixture';
import type { ThemeName } from '../../webview/testing/themes';
import { type Bundle, bundle, chromiumPath, launchBrowser, openView } from './page';
import { reportPage } from './report';

interface Violation {
	readonly id: string;
	readonly help: string;
	readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const themeNames: readonly ThemeName[] = ['dark', 'light', 'high-contrast', 'high-contrast-light'];

describe.skipIf(!existsSync(chromiumPath))('axe finds nothing', () => {
	let browser: Browser;
	let webview: Bundle;
	let host: Bundle;
	let axe: string;

	beforeAll(async () => {
		[browser, webview, host, axe] = await Promise.all([
			launchBrowser(),
			bundle('webview/main.tsx'),
			bundle('webview/testing/fakeHost.ts'),
			readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8'),
		]);
	});
	afterAll(() => browser?.close());

	/** What is wrong, in a line each. Evaluated by the debugger, which the page's policy does not concern. */
	async function violations(page: Page): Promise<string[]> {
		await page.evaluate(axe);
		const found: Violation[] = await page.evaluate('axe.run().then(result => result.violations)');
		return found.flatMap(({ id, help, nodes }) =>
			nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
		);
	}

	test.each(themeNames)('in the results editor under %s', async theme => {
		const { page } = await openView(browser, webview, host, { theme, models: ['one', 'two'], missing: 2 });
		await page.getByRole('radio', { name: /^right → wrong/ }).click();
		await page.locator('.list-row[aria-selected]').first().click();
		await page.locator('.scores').waitFor();
		expect(await violations(page)).toEqual([]);
		await page.close();
	});

	test.each(themeNames)('in the prompt preview under %s', async theme => {
		const { page } = await openView(browser, webview, host, { view: 'preview', theme, width: 560 });
		await page.locator('.prompt-diff').first().waitFor();
		expect(await violations(page)).toEqual([]);
		await page.getByLabel('against').selectOption('mmlu/helm');
		await page.locator('ins').first().waitFor();
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Tokens' }).click();
		await page.getByRole('button', { name: 'Ids' }).click();
		await page.getByRole('region', { name: 'Prompt under mmlu/helm' }).press('ArrowRight');
		await page.getByText('Score this example').click();
		await page.locator('.outcome').first().waitFor();
		expect(await violations(page)).toEqual([]);
		await page.close();
	});

	test.each(themeNames)('in a preview whose file has errors under %s', async theme => {
		const { page } = await openView(browser, webview, host, { view: 'preview', theme, width: 560, previewFails: 1 });
		await page.locator('.prompt-diff').first().waitFor();
		await page.getByRole('button', { name: 'Next example' }).click();
		await page.locator('.stale').waitFor();
		expect(await violations(page)).toEqual([]);
		await page.close();
	});

	test.each([
		['an error', { failing: ['columns'] }],
		['nothing to list', { state: { query: 'nothing of the kind' } }],
		['a narrow window', { width: 600 }],
		['a preview that failed', { view: 'preview', previewFails: true }],
		['a run that failed', { overview: { results: [], comparisons: [] } }],
	] as const)('with %s', async (_name, options) => {
		const { page } = await openView(browser, webview, host, options);
		await page.locator('.failed, .empty, .preview-failed, .list-row[aria-selected]').first().waitFor();
		expect(await violations(page)).toEqual([]);
		await page.close();
	});

	test.each(['light', 'dark'] as const)('in the report, %s', async colorScheme => {
		const page = await browser.newPage({ viewport: { width: 1480, height: 820 }, colorScheme });
		await page.setContent(reportPage(await bundle('webview/report.tsx'), fixtureRun()));
		await page.locator('.list-row[aria-selected]').first().click();
		await page.locator('.scores').waitFor();
		expect(await violations(page)).toEqual([]);
		await page.close();
	});
});
