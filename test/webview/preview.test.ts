import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundle, chromiumPath, launchBrowser, openView, type PageOptions } from './page';

describe.skipIf(!existsSync(chromiumPath))('prompt preview', () => {
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

	async function inPreview(options: PageOptions, use: (page: Page) => Promise<void>): Promise<void> {
		const { page, errors } = await openView(browser, webview, host, { view: 'preview', width: 560, ...options });
		try {
			await use(page);
			expect(errors).toEqual([]);
		} finally {
			await page.close();
		}
	}

	const lastAsked = (page: Page) => page.evaluate(() => Reflect.get(globalThis, 'fakeHost').asked.at(-1));

	test('one prompt: named segments, exact text, what is scored after it', () =>
		inPreview({}, async page => {
			await page.locator('.prompt-diff').first().waitFor();
			const names = await page.locator('.segment-name').allInnerTexts();
			expect(names).toEqual([
				'description',
				...[1, 2, 3, 4, 5].map(n => `shot ${n}`),
				'question',
				'choices',
				'answer cue',
				'scored',
			]);
			const text = (await page.locator('.prompt-diff:not(.continuations) dd').allTextContents()).join('');
			expect(text).toMatch(/^The following [\s\S]*about {2}us foreign policy[\s\S]*Answer:$/);
			expect(await page.locator('.continuation').allTextContents()).toEqual([' A', ' B', ' C', ' D']);
			expect(await page.getByText('511 tokens').isVisible()).toBe(true);
		}));

	test('the difference of two, in one text', () =>
		inPreview({}, async page => {
			await page.getByLabel('against').selectOption('mmlu/helm');
			await page.locator('ins').first().waitFor();
			expect(await lastAsked(page)).toEqual({
				method: 'showPreview',
				params: { example: 0, variant: 'mmlu/original', against: 'mmlu/helm' },
			});
			expect(await page.getByText('511 → 536 tokens').isVisible()).toBe(true);
			const lint = page.getByRole('region', { name: 'What to look at in this prompt' });
			expect(await lint.textContent()).toMatch(/mmlu\/helm:\s+Nothing follows/);
			await page.getByRole('radio', { name: 'Only differences' }).click();
			expect(await page.locator('.fold').count()).toBeGreaterThan(0);
		}));

	test('steps through the examples, and stops at their ends', () =>
		inPreview({ examples: 3 }, async page => {
			const position = page.getByRole('status');
			await page.locator('.prompt-diff').first().waitFor();
			expect(await page.getByRole('button', { name: 'Previous example' }).isDisabled()).toBe(true);
			await page.getByRole('button', { name: 'Next example' }).click();
			await expect.poll(() => position.textContent()).toBe('2 of 3');
			await page.getByRole('button', { name: 'Next example' }).click();
			await expect.poll(() => position.textContent()).toBe('3 of 3');
			expect(await page.getByRole('button', { name: 'Next example' }).isDisabled()).toBe(true);
			await page.getByRole('button', { name: 'Another example at random' }).click();
			await expect.poll(() => position.textContent()).toMatch(/^[12] of 3$/);
		}));

	test('an evaluation that cannot be rendered says why', () =>
		inPreview({ previewFails: true }, async page => {
			await page.getByRole('alert').getByText('This quotation mark is not closed').waitFor();
			expect(await page.getByRole('heading').textContent()).toContain('mmlu-formats.eval.yaml');
		}));
});
