import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundle, chromiumPath, launchBrowser, openView, type PageOptions } from './page';

if (!existsSync(chromiumPath)) {
	console.log(`skipped: the webview tests need ${chromiumPath}`);
}

interface Asked {
	readonly method: string;
	readonly params: unknown;
}

describe.skipIf(!existsSync(chromiumPath))('results editor', () => {
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

	/** Opens the view, and checks at the end that nothing was thrown or blocked. */
	async function inView(options: PageOptions, use: (page: Page) => Promise<void>): Promise<void> {
		const { page, errors } = await openView(browser, webview, host, options);
		try {
			await use(page);
			expect(errors).toEqual([]);
		} finally {
			await page.close();
		}
	}

	const asked = (page: Page, method: string) =>
		page.evaluate(name => Reflect.get(globalThis, 'fakeHost').asked.filter((a: Asked) => a.method === name), method);
	const chip = (page: Page, name: string) => page.getByRole('radio', { name: new RegExp(`^${name}`) });
	const rows = (page: Page) => page.locator('.list [role=row][aria-selected]');
	const activeRow = (page: Page) => page.locator('.list [role=row][aria-selected=true]');
	const loaded = (page: Page) => rows(page).first().waitFor();

	test('a row for each variant, none of them without n and interval', () =>
		inView({}, async page => {
			await loaded(page);
			const table = page.locator('.results-table tbody tr');
			expect(await table.count()).toBe(4);
			for (const row of await table.allInnerTexts()) {
				expect(row).toMatch(/\d+\.\d\s%/);
				expect(row).toMatch(/\d+\.\d–\d+\.\d/);
				expect(row).toMatch(/\t100\t/);
			}
			expect(await page.getByText('low', { exact: false }).first().isVisible()).toBe(true);
		}));

	test('several models are grouped', () =>
		inView({ models: ['one', 'two'] }, async page => {
			await loaded(page);
			expect(await page.locator('.model-row').allInnerTexts()).toEqual(['one', 'two']);
			await page.getByLabel('Model').selectOption('two');
			await expect.poll(async () => (await asked(page, 'columns')).at(-1)).toMatchObject({ params: { model: 'two' } });
		}));

	test('a count of the table lists those questions, a chip others', () =>
		inView({}, async page => {
			await loaded(page);
			const count = page.getByRole('button', { name: /right → wrong under mmlu\/harness/ });
			const n = Number(await count.textContent());
			await count.click();
			await expect.poll(() => page.getByRole('status').textContent()).toBe(`${n} of 100`);
			expect(await chip(page, 'right → wrong').getAttribute('aria-checked')).toBe('true');
			await chip(page, 'all').click();
			await expect.poll(() => page.getByRole('status').textContent()).toBe('100 of 100');
		}));

	test('chips are one tab stop and answer to the arrow keys', () =>
		inView({}, async page => {
			await loaded(page);
			await chip(page, 'all').focus();
			await page.keyboard.press('ArrowRight');
			expect(await chip(page, 'flips').getAttribute('aria-checked')).toBe('true');
			await page.keyboard.press('End');
			expect(await chip(page, 'unchanged').getAttribute('aria-checked')).toBe('true');
			expect(await page.locator('.comparison-bar [role=radio][tabindex="0"]').count()).toBe(1);
		}));

	test('the filter says what it cannot understand, and finds what it can', () =>
		inView({}, async page => {
			await loaded(page);
			const filter = page.getByLabel('Filter questions');
			await filter.fill('margin<much');
			expect(await page.locator('#filter-error').textContent()).toContain('much');
			expect(await filter.getAttribute('aria-invalid')).toBe('true');
			await filter.fill('subject:world_religions Treaty');
			await expect.poll(() => page.getByRole('status').textContent()).toMatch(/^\d+ of 100$/);
			expect(await filter.getAttribute('aria-invalid')).toBe('false');
			for (const text of await rows(page).allInnerTexts()) {
				expect(text).toMatch(/world_religions[\s\S]*treaty/);
			}
			await filter.fill('nothing of the kind');
			await page.getByRole('button', { name: 'Clear the filter' }).click();
			await expect.poll(() => page.getByRole('status').textContent()).toBe('100 of 100');
		}));

	test('a header sorts the list and says so', () =>
		inView({}, async page => {
			await loaded(page);
			const header = page.getByRole('columnheader', { name: 'Δ margin' });
			await header.getByRole('button').click();
			expect(await header.getAttribute('aria-sort')).toBe('ascending');
			const shown = await page.locator('.delta-number').allInnerTexts();
			const values = shown.map(text => Number(text.replace('−', '-')));
			expect(values.length).toBeGreaterThan(3);
			expect(values).toEqual([...values].sort((a, b) => a - b));
		}));

	test('by keyboard alone: list, question, both prompts, native diff, back', () =>
		inView({}, async page => {
			await loaded(page);
			await chip(page, 'right → wrong').focus();
			await page.keyboard.press('Space');
			for (let i = 0; i < 12 && (await page.locator('.list-row:focus').count()) === 0; i++) {
				await page.keyboard.press('Tab');
			}
			await page.keyboard.press('ArrowDown');
			await page.keyboard.press('ArrowDown');
			expect(await page.locator('.list-row:focus').getAttribute('aria-rowindex')).toBe('3');
			expect(await activeRow(page).getAttribute('aria-rowindex')).toBe('3');
			await page.locator('.prompt-diff').first().waitFor();
			await page.keyboard.press('d');
			await expect.poll(() => asked(page, 'openNativeDiff')).toHaveLength(1);
			const [{ params }] = await asked(page, 'openNativeDiff');
			expect(params).toMatchObject({ base: 'mmlu/original', variant: 'mmlu/helm' });
			await page.keyboard.press('Enter');
			expect(await page.locator('#detail:focus').count()).toBe(1);
			await page.keyboard.press('Escape');
			expect(await page.locator('.list-row:focus').getAttribute('aria-rowindex')).toBe('3');
			await page.keyboard.press('End');
			const last = await page.locator('.list').getAttribute('aria-rowcount');
			expect(await page.locator('.list-row:focus').getAttribute('aria-rowindex')).toBe(last);
			await page.keyboard.press('Home');
			expect(await page.locator('.list-row:focus').getAttribute('aria-rowindex')).toBe('2');
		}));

	test('D is a letter while a filter is typed', () =>
		inView({}, async page => {
			await loaded(page);
			await rows(page).first().click();
			await page.getByLabel('Filter questions').pressSequentially('d');
			expect(await page.getByLabel('Filter questions').inputValue()).toBe('d');
			expect(await asked(page, 'openNativeDiff')).toEqual([]);
		}));

	test('the differing characters are marked, equal shots are folded, the text stays exact', () =>
		inView({}, async page => {
			await loaded(page);
			await rows(page).first().click();
			await page.locator('.prompt-diff').first().waitFor();
			expect(await page.locator('.prompts del').allTextContents()).toEqual([' ']);
			const inserted = await page.locator('.prompts ins').allTextContents();
			expect(inserted).toEqual(Array.from({ length: 6 }, () => 'Question: '));
			expect(await page.locator('.edit-kinds').textContent()).toMatch(/^7 edits in 2 kinds, 2 shots moved/);
			expect(await page.locator('.relation').allInnerTexts()).toEqual(['moved', 'moved']);
			await page.getByRole('radio', { name: 'Whole prompts' }).click();
			const side = (name: string) =>
				page.locator(`.prompt-diff:not(.continuations) [data-side=${name}]`).allTextContents();
			const variant = (await side('b')).join('');
			expect(variant).toContain('about us foreign policy.\n\nQuestion: ');
			expect(variant).toMatch(/Answer:$/);
			expect((await side('a')).join('')).toContain('about  us foreign policy.\n\n');
		}));

	test('what is asked for and fails is shown, and can be tried again', () =>
		inView({ failing: ['overview', 'columns', 'pair'] }, async page => {
			for (const method of ['overview', 'columns']) {
				await page.getByText(`\`${method}\` is no answer`).waitFor();
				await page.getByText('Try again').click();
			}
			await loaded(page);
			await rows(page).first().click();
			await page.getByText('`pair` is no answer').waitFor();
			await page.getByText('Try again').click();
			await page.locator('.prompt-diff').first().waitFor();
		}));

	test('a command that fails leaves its reason, until it is dismissed', () =>
		inView({ failing: ['runAgain'] }, async page => {
			await loaded(page);
			await page.getByText('Run again').click();
			await page.getByText('`runAgain` is no answer').waitFor();
			await page.getByRole('button', { name: 'Dismiss' }).click();
			expect(await page.locator('.notice').count()).toBe(0);
		}));

	test('while it waits it says for what', () =>
		inView({ silent: ['columns'] }, async page => {
			await page.getByText('Reading the questions…').waitFor();
		}));

	test('14,042 questions: a few rows in the page, wherever it is scrolled', () =>
		inView({ examples: 14_042 }, async page => {
			await loaded(page);
			expect(await page.getByRole('status').textContent()).toBe('14,042 of 14,042');
			expect(await page.locator('.list').getAttribute('aria-rowcount')).toBe('14043');
			expect(await rows(page).count()).toBeLessThan(60);
			await rows(page).first().click();
			await page.keyboard.press('End');
			await page.locator('.list-row:focus[aria-rowindex="14043"]').waitFor();
			expect(await rows(page).count()).toBeLessThan(60);
			await page.locator('.list-scroller').evaluate(scroller => Reflect.set(scroller, 'scrollTop', 180_000));
			await expect.poll(() => rows(page).count()).toBeGreaterThan(5);
			expect(await rows(page).count()).toBeLessThan(60);
			// The row with the focus is still there, though it is not in view.
			expect(await page.locator('.list-row:focus').getAttribute('aria-rowindex')).toBe('14043');
		}));

	test('what a person had chosen is there again after a reload', () =>
		inView(
			{
				state: {
					choice: { model: 'demo-model', base: 'mmlu/original', variant: 'mmlu/harness-2023-01' },
					bucket: 'flips',
					query: 'president',
					activeKey: 'test/3',
					onlyDifferences: false,
				},
			},
			async page => {
				await loaded(page);
				expect(await page.getByLabel('Compared variant').inputValue()).toBe('mmlu/harness-2023-01');
				expect(await chip(page, 'flips').getAttribute('aria-checked')).toBe('true');
				expect(await page.getByLabel('Filter questions').inputValue()).toBe('president');
				await page.getByRole('heading', { name: /^test\/3/ }).waitFor();
				expect(await page.getByRole('radio', { name: 'Whole prompts' }).getAttribute('aria-checked')).toBe('true');
			},
		));

	test('a stored state that makes no sense is no state', () =>
		inView({ state: { choice: { model: 7 }, bucket: 'toString', sort: [], split: 'half' } }, async page => {
			await loaded(page);
			expect(await chip(page, 'all').getAttribute('aria-checked')).toBe('true');
		}));

	test('the host’s events: ask again, list others, move on', () =>
		inView({}, async page => {
			await loaded(page);
			const fire = (name: string, value: unknown) =>
				page.evaluate(([n, v]) => Reflect.get(globalThis, 'fakeHost').fire(n, v), [name, value] as const);
			await fire('show', 'churn');
			await expect.poll(() => chip(page, 'churn').getAttribute('aria-checked')).toBe('true');
			await fire('move', 'next');
			await expect.poll(() => activeRow(page).getAttribute('aria-rowindex')).toBe('2');
			await fire('move', 'next');
			await expect.poll(() => activeRow(page).getAttribute('aria-rowindex')).toBe('3');
			const before = (await asked(page, 'columns')).length;
			await fire('changed', null);
			await expect.poll(async () => (await asked(page, 'columns')).length).toBe(before + 1);
			expect(await activeRow(page).getAttribute('aria-rowindex')).toBe('3');
		}));

	test('the host knows what is looked at', () =>
		inView({}, async page => {
			await loaded(page);
			await rows(page).nth(4).click();
			await expect
				.poll(() => page.evaluate(() => Reflect.get(globalThis, 'fakeHost').selected))
				.toEqual({ model: 'demo-model', base: 'mmlu/original', variant: 'mmlu/helm', key: 'test/4' });
		}));

	test('a question that one side lacks is missing, not wrong', () =>
		inView({ missing: 5 }, async page => {
			await loaded(page);
			await page.getByLabel('Compared variant').selectOption('original, “(A)” labels');
			await chip(page, 'missing').click();
			await expect.poll(() => page.getByRole('status').textContent()).toBe('5 of 100');
			await rows(page).first().click();
			await page.getByText('it counts as missing, not as right or wrong').waitFor();
			expect(await page.getByText('Open as native diff').count()).toBe(0);
		}));

	test('the splitter answers to the keyboard', () =>
		inView({}, async page => {
			await loaded(page);
			const splitter = page.getByRole('separator');
			await splitter.focus();
			const before = Number(await splitter.getAttribute('aria-valuenow'));
			await page.keyboard.press('ArrowDown');
			expect(Number(await splitter.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
			await page.keyboard.press('Home');
			expect(await splitter.getAttribute('aria-valuenow')).toBe('12');
		}));

	test('a run without samples says so', () =>
		inView({ overview: { results: [], comparisons: [] } }, async page => {
			await page.getByText('This run has no samples yet').waitFor();
		}));
});
