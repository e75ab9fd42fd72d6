import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { runAxe, until } from '../../vscode/host.mjs';
import { root } from './root.mjs';

/** The demo from its file to a flip, the difference of its prompts, and the preview. */
export async function visitDemo(visit, folder) {
	const workspace = path.join(folder, 'demo');
	for (const part of ['mmlu-formats.eval.yaml', 'demo-model', 'demo-questions']) {
		await cp(path.join(root, 'examples', part), path.join(workspace, part), { recursive: true });
	}
	const workbench = await visit.open(workspace);
	const { page } = workbench;
	const results = () => workbench.webviewFrame(frame => frame.locator('main.results').isVisible());
	try {
		await visit.step('the evaluation has its commands above it', async () => {
			await workbench.openContainer('Eval Lens');
			await workbench.openFile('mmlu-formats.eval.yaml');
			await page.locator('.codelens-decoration a', { hasText: 'Run 20' }).waitFor();
			await visit.picture(workbench, '3-evaluation');
		});
		await visit.step('Run shows its progress in tree and status bar', async () => {
			await page.locator('.codelens-decoration a').first().click();
			await until('progress in the tree', async () =>
				(await workbench.treeRows('Runs')).some(row => / \/ .* left/.test(row.description)),
			);
			await page.locator('.statusbar-item', { hasText: ' left' }).waitFor();
			await visit.picture(workbench, '4-running');
		});
		await visit.step('the results open by themselves', async () => {
			await page.locator('.tab.active', { hasText: 'MMLU formats — results' }).waitFor({ timeout: 180_000 });
			await (await results()).getByRole('button', { name: 'Run again' }).waitFor();
			await visit.picture(workbench, '5-results');
		});
		await visit.step('the keyboard alone leads to a flip and the difference of its prompts', async () => {
			const frame = await results();
			await workbench.command('View: Focus Active Editor Group');
			await tabTo(
				page,
				frame,
				element => element.matches('table button, table a') && /^\d+$/.test(element.textContent.trim()),
			);
			await page.keyboard.press('Enter');
			await tabTo(page, frame, element => element.matches('[role=row]'));
			await page.keyboard.press('ArrowDown');
			await page.keyboard.press('Enter');
			await frame.locator('#detail ins, #detail del').first().waitFor();
			await visit.picture(workbench, '6-flip');
		});
		await visit.step('axe finds nothing in the results', async () => {
			assert.deepEqual(await runAxe(await results()), []);
		});
		await visit.step('the palette moves the selection and opens the native diff', async () => {
			await workbench.command('Eval Lens: Show Flips');
			await workbench.command('Eval Lens: Next Example in Results');
			await workbench.command('Eval Lens: Open Prompts as Native Diff');
			await page.locator('.monaco-diff-editor').waitFor();
			await visit.picture(workbench, '7-native-diff');
		});
		await visit.step('the numbers stand behind the variants, and the preview beside them', async () => {
			await workbench.openFile('mmlu-formats.eval.yaml');
			// Decorations are drawn as pseudo elements, which have no text to look for.
			await until('numbers behind the variants', () =>
				page.evaluate(() =>
					[...document.querySelectorAll('.view-line span')].some(one =>
						getComputedStyle(one, '::after').content.includes('±'),
					),
				),
			);
			await workbench.command('Eval Lens: Preview Prompts');
			const preview = await workbench.webviewFrame(frame =>
				frame.locator('body[data-view=preview] select').first().isVisible(),
			);
			await preview.locator('.length', { hasText: 'tokens' }).first().waitFor();
			await visit.picture(workbench, '8-preview');
			assert.deepEqual(await runAxe(preview), []);
		});
		await visit.step('fields and presets complete as one types', async () => {
			await workbench.openFile('mmlu-formats.eval.yaml');
			await page.locator('.monaco-editor .view-line').last().click();
			await page.keyboard.press('Control+End');
			await page.keyboard.type('fewshot_de');
			const suggestion = label => page.locator('.suggest-widget.visible .monaco-list-row', { hasText: label }).first();
			await page.keyboard.press('Control+Space');
			await suggestion('fewshot_delimiter').waitFor();
			await page.keyboard.press('Escape');
			await workbench.command('File: Revert File');
		});
		await visit.step('the content security policy had nothing to refuse', async () => {
			assert.deepEqual(
				workbench.errors.filter(error => /Content Security Policy/i.test(error)),
				[],
			);
		});
	} finally {
		await workbench.close();
	}
}

/** Presses Tab until the focus inside the frame is where `isThere` wants it. */
async function tabTo(page, frame, isThere) {
	const found = `(${isThere})(document.activeElement ?? document.body)`;
	for (let i = 0; i < 80; i++) {
		await page.keyboard.press('Tab');
		if (await frame.evaluate(found)) {
			return;
		}
	}
	throw new Error(`80 Tabs lead nowhere where ${isThere}`);
}
