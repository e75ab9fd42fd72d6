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
	const fire = (page: Page, event: string, value: string | null | Readonly<Record<string, number>>) =>
		page.evaluate(([name, of]) => Reflect.get(globalThis, 'fakeHost').fire(name, of), [event, value] as const);
	const promptOf = (page: Page) => page.getByRole('region', { name: 'Prompt', exact: true });
	const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

	test('one prompt: named segments, exact text, what is scored after it', () =>
		inPreview({}, async page => {
			await page.locator('.prompt-diff').first().waitFor();
			const names = await page.locator('.segment-name').allInnerTexts();
			expect(names).toEqual([
				'description',
				...[1, 2, 3, 4, 5].map(n => `shot ${n}\ndev/${n - 1}`),
				'question',
				'choices',
				'answer cue',
				'scored',
			]);
			const text = (await page.locator('.prompt-diff:not(.continuations) dd').allTextContents()).join('');
			expect(text).toMatch(/^The following [\s\S]*about {2}us foreign policy[\s\S]*Answer:$/);
			expect(await page.locator('.continuation').allTextContents()).toEqual([' A', ' B', ' C', ' D']);
			expect(await page.locator('.facts-line').textContent()).toMatch(
				/^test\/0us_foreign_policygold [A-D]511 of 2,048 tokens/,
			);
		}));

	test('the difference of two, in one text', () =>
		inPreview({}, async page => {
			await page.getByLabel('against').selectOption('mmlu/helm');
			await page.locator('ins').first().waitFor();
			expect(await lastAsked(page)).toEqual({
				method: 'showPreview',
				params: { example: 0, variant: 'mmlu/original', against: 'mmlu/helm' },
			});
			expect(await page.locator('.length').allTextContents()).toEqual([
				expect.stringContaining('mmlu/original: 511 of 2,048 tokens'),
				expect.stringContaining('mmlu/helm: 536 of 2,048 tokens'),
			]);
			await page.getByRole('radio', { name: 'Only differences' }).click();
			expect(await page.locator('.fold').count()).toBeGreaterThan(0);
		}));

	test('a finding leads to its line in the file', () =>
		inPreview({}, async page => {
			await page.getByLabel('Variant', { exact: true }).selectOption('mmlu/helm');
			const lint = page.getByRole('region', { name: 'What to look at in this prompt' });
			await lint.getByText('Nothing follows').waitFor();
			await lint.getByRole('button', { name: 'line 21' }).click();
			expect(await lastAsked(page)).toEqual({ method: 'reveal', params: { line: 20, column: 0 } });
		}));

	test('steps through the examples, and stops at their ends', () =>
		inPreview({ examples: 3 }, async page => {
			const position = page.locator('.steps [role=status]');
			await page.locator('.prompt-diff').first().waitFor();
			expect(await button(page, 'Previous example').isDisabled()).toBe(true);
			await button(page, 'Next example').click();
			await expect.poll(() => position.textContent()).toBe('2 of 3');
			await button(page, 'Next example').click();
			await expect.poll(() => position.textContent()).toBe('3 of 3');
			expect(await button(page, 'Next example').isDisabled()).toBe(true);
			await button(page, 'Another example at random').click();
			await expect.poll(() => position.textContent()).toMatch(/^[12] of 3$/);
		}));

	test('goes to an example by number or key, and says which is not there', () =>
		inPreview({}, async page => {
			const field = page.getByLabel('Example', { exact: true });
			await field.fill('12');
			await field.press('Enter');
			await page.getByText('test/11', { exact: true }).waitFor();
			await field.fill('test/40');
			await field.press('Enter');
			await page.getByText('test/40', { exact: true }).waitFor();
			expect(await field.inputValue()).toBe('41');
			await field.fill('test/999');
			await field.press('Enter');
			await page.getByText('There is no example test/999.').waitFor();
			expect(await field.getAttribute('aria-invalid')).toBe('true');
			await field.fill('0');
			await field.press('Enter');
			await page.getByText('There is no example 0.').waitFor();
			await field.press('Escape');
			expect([await field.inputValue(), await field.getAttribute('aria-invalid')]).toEqual(['41', 'false']);
		}));

	test('marks each space, and leaves lines as they are, on demand', () =>
		inPreview({}, async page => {
			const spaces = page.locator('.prompt-diff:not(.continuations) .glyph.over');
			await spaces.first().waitFor();
			const doubtful = await spaces.count();
			await button(page, 'Spaces').click();
			expect(await spaces.count()).toBeGreaterThan(doubtful + 50);
			const text = page.locator('.pair > .text').first();
			const wrapped = await text.evaluate(element => getComputedStyle(element).whiteSpace);
			await button(page, 'Wrap').click();
			expect([wrapped, await text.evaluate(element => getComputedStyle(element).whiteSpace)]).toEqual([
				'pre-wrap',
				'pre',
			]);
			const kept = await page.evaluate(() => Reflect.get(globalThis, 'fakeHost').state);
			expect(kept).toMatchObject({ allSpaces: true, wrap: false, tokens: false });
		}));

	test('tokens join to the prompt, with their ids, the scored ones and the BOS', () =>
		inPreview({ state: { tokens: true } }, async page => {
			const tokens = page.locator('.token-text .pair:not(.scored-tokens) .token');
			await tokens.first().waitFor();
			const text = (await tokens.allTextContents()).join('');
			expect(text).toMatch(/^The following [\s\S]*about {2}us foreign policy[\s\S]*Answer:$/);
			expect(await page.locator('.token.scored').allTextContents()).toEqual([' A', ' B', ' C', ' D']);
			await tokens.nth(1).hover();
			await page.getByRole('status').getByText('token 2 of 511').waitFor();
			await page.getByRole('status').getByText('id 1003').waitFor();
			await button(page, 'Ids').click();
			const id = await tokens.nth(1).evaluate(element => getComputedStyle(element, '::after').content);
			expect(id).toContain('1003');
			await page.getByLabel('Variant', { exact: true }).selectOption('mmlu/helm');
			await page.locator('.token.special').waitFor();
			expect(await page.locator('.token.special').allTextContents()).toEqual(['<s>']);
		}));

	test('the arrow keys go from token to token', () =>
		inPreview({ state: { tokens: true } }, async page => {
			await page.locator('.token').first().waitFor();
			for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) {
				await promptOf(page).press(key);
			}
			expect(await page.locator('.token.active').allTextContents()).toEqual([' following']);
			await page.getByRole('status').getByText('token 2 of 511').waitFor();
		}));

	test('tokens of two prompts stand below each other', () =>
		inPreview({ state: { tokens: true } }, async page => {
			await page.getByLabel('against').selectOption('mmlu/helm');
			await expect.poll(() => page.locator('.token-text').count()).toBe(2);
			expect(await page.locator('.token-head').allTextContents()).toEqual(['mmlu/original', 'mmlu/helm']);
		}));

	test.each([
		['no model', { state: 'none' }, 'no model named: no tokens'],
		['one being read', { state: 'loading', name: 'demo' }, 'reading the tokenizer of demo…'],
		[
			'one that is not there',
			{
				state: 'missing',
				name: 'demo',
				reason: { code: 'engine.folder-missing', params: { folder: '/models/demo' } },
			},
			'No tokens: There is no model folder /models/demo.',
		],
	] as const)('with %s the prompt is shown, and why there are no tokens', (_, previewModel, sentence) =>
		inPreview({ previewModel, state: { tokens: true } }, async page => {
			await page.locator('.prompt-diff').first().waitFor();
			expect(await page.locator('.facts-line').textContent()).toContain(sentence);
			expect(await page.locator('.token').count()).toBe(0);
			expect(await button(page, 'Tokens').isDisabled()).toBe(true);
		}),
	);

	test('scores the example, and forgets it with the prompt', () =>
		inPreview({}, async page => {
			await page.getByLabel('against').selectOption('mmlu/helm');
			await page.locator('ins').first().waitFor();
			await page.getByText('Score this example').click();
			const scores = page.getByRole('region', { name: 'What the model answers' });
			await scores.getByText('demo-model, 61 ms').waitFor();
			expect(await scores.locator('.score').count()).toBe(8);
			expect(await scores.locator('.score').first().textContent()).toMatch(/^mmlu\/original−\d\.\d\d\d+\.\d\s%/u);
			expect(await scores.locator('.tag').allTextContents()).toEqual(['gold']);
			expect(await scores.locator('.outcome').allTextContents()).toEqual([
				expect.stringMatching(/mmlu\/original.*(right|wrong): [A-D]label mass/),
				expect.stringMatching(/mmlu\/helm.*label mass.*generated/),
			]);
			await button(page, 'Next example').click();
			await expect.poll(() => scores.locator('.score').count()).toBe(0);
		}));

	test('scoring can be cancelled', () =>
		inPreview({ silent: ['scoreExample'] }, async page => {
			await page.getByText('Score this example').click();
			await page.getByText('Loading the model…').waitFor();
			await fire(page, 'scoring', { received: 1_250_000, total: 88_000_000 });
			await page.getByText('Downloading the model: 1.3\u00a0MB of 88.0\u00a0MB').waitFor();
			await fire(page, 'scoring', 'scoring');
			await page.getByText('Scoring…').waitFor();
			await page.getByText('Cancel').click();
			await page.getByText('Score this example').waitFor();
			expect(await page.locator('.score-failed').count()).toBe(0);
		}));

	test('a failure to score is said in place, and scoring tried again', () =>
		inPreview({ failing: ['scoreExample'] }, async page => {
			await page.getByText('Score this example').click();
			await page.locator('.score-failed').waitFor();
			expect(await page.locator('.score-failed').textContent()).toContain('scoreExample');
			await page.getByText('Score this example').click();
			await page.locator('.outcome').waitFor();
		}));

	test('nothing is scored in a workspace that is not trusted', () =>
		inPreview({ untrusted: true }, async page => {
			await page.getByText('Running a model needs a trusted workspace.').waitFor();
			expect(await page.locator('vscode-button').getAttribute('disabled')).not.toBeNull();
		}));

	test('commands of the palette press the buttons', () =>
		inPreview({}, async page => {
			await page.locator('.prompt-diff').first().waitFor();
			await fire(page, 'previewCommand', 'tokens');
			await page.locator('.token').first().waitFor();
			await fire(page, 'previewCommand', 'score');
			await page.locator('.outcome').waitFor();
		}));

	test('an evaluation that cannot be rendered says why, and where', () =>
		inPreview({ previewFails: true }, async page => {
			await page.getByRole('alert').getByText('This quotation mark is not closed').waitFor();
			expect(await page.getByRole('alert').getByRole('heading').textContent()).toContain('mmlu-formats.eval.yaml');
			await page.getByRole('button', { name: 'line 12' }).click();
			expect(await lastAsked(page)).toEqual({ method: 'reveal', params: { line: 11, column: 4 } });
			expect(await page.locator('.prompt-diff').count()).toBe(0);
		}));

	test('while the file has errors the last good prompt stays, greyed', () =>
		inPreview({ previewFails: 1 }, async page => {
			await page.locator('.prompt-diff').first().waitFor();
			await fire(page, 'changed', null);
			await page.getByRole('alert').waitFor();
			await page.getByText('As it was before, under mmlu/original: test/0').waitFor();
			const stale = page.locator('.stale .prompt-diff:not(.continuations) dd');
			expect((await stale.allTextContents()).join('')).toMatch(/^The following/);
			expect(await page.getByText('Score this example').count()).toBe(0);
		}));

	test('markup in a prompt, its tokens and its scores is text', () =>
		inPreview(
			{ questions: ['<img src=x onerror="globalThis.pwned = true">\0\u202e'], state: { tokens: true } },
			async page => {
				await page.locator('.token').first().waitFor();
				await page.getByText('Score this example').click();
				await page.locator('.outcome').waitFor();
				expect((await page.locator('.token').allTextContents()).join('')).toContain('<img src=x onerror=');
				expect(await page.locator('#view img').count()).toBe(0);
				expect(await page.evaluate(() => Reflect.get(globalThis, 'pwned'))).toBeUndefined();
			},
		));

	test('a panel of 300 pixels shows all of it', () =>
		inPreview({ width: 300, height: 640 }, async page => {
			await page.locator('.prompt-diff').first().waitFor();
			await page.getByText('Score this example').click();
			await page.locator('.outcome').waitFor();
			const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			expect(overflow).toBeLessThanOrEqual(0);
			const cut = await page
				.locator('button, select, input, vscode-button')
				.evaluateAll(all => all.filter(one => one.getBoundingClientRect().right > innerWidth).length);
			expect(cut).toBe(0);
			const height = await promptOf(page).evaluate(element => element.clientHeight);
			expect(height).toBeGreaterThan(60);
		}));
});
