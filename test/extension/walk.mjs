// The person's path through the packaged product, in a real workbench, with pictures on the way.
//   npm run package && node test/extension/walk.mjs          in dark, light and high contrast
//   node test/extension/walk.mjs "Default Light Modern"       in one theme
// The pictures go to out/screenshots.
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWorkbench, runAxe, until } from '../vscode/host.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pictures = path.join(root, 'out/screenshots');

/** Walks in each theme; a step that fails ends the walk in its theme. */
export async function walk(themes = ['Default Dark Modern', 'Default Light Modern', 'Default High Contrast']) {
	const vsix = (await readdir(root))
		.filter(name => name.endsWith('.vsix'))
		.sort()
		.at(-1);
	assert(vsix, 'there is no VSIX: run `npm run package`');
	const counts = { passed: 0, failed: 0, skipped: 0 };
	for (const theme of themes) {
		console.log(`\nthe packaged product, ${theme}`);
		const folder = await mkdtemp(path.join(tmpdir(), 'eval-lens-walk-'));
		try {
			for (const visit of [visitWithNothing, visitDemo]) {
				await visit(new Visit(path.join(root, vsix), theme, counts), folder);
			}
		} catch (error) {
			counts.failed++;
			console.log(`✗ ${error instanceof Error ? error.stack : error}`);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}
	return counts;
}

class Visit {
	constructor(vsix, theme, counts) {
		this.vsix = vsix;
		this.theme = theme;
		this.counts = counts;
	}

	open(workspace) {
		return openWorkbench({ vsix: this.vsix, workspace, theme: this.theme });
	}

	async step(name, body) {
		const start = Date.now();
		await body();
		this.counts.passed++;
		console.log(`✓ ${name} (${Date.now() - start} ms)`);
	}

	picture(workbench, name) {
		return workbench.screenshot(path.join(pictures, `${name}-${this.theme.toLowerCase().replaceAll(' ', '-')}.png`));
	}
}

async function visitWithNothing(visit, folder) {
	const workspace = path.join(folder, 'empty');
	await mkdir(workspace);
	await writeFile(path.join(workspace, 'notes.txt'), 'nothing yet\n');
	const workbench = await visit.open(workspace);
	const { page } = workbench;
	try {
		await visit.step('a folder without evaluations has one button', async () => {
			await workbench.openContainer('Eval Lens');
			await page.getByRole('button', { name: 'Open the Demo Evaluation' }).waitFor();
			await visit.picture(workbench, '1-welcome');
		});
		await visit.step('the walkthrough shows its steps and pictures', async () => {
			await workbench.command('Welcome: Open Walkthrough...');
			await workbench.pick('See what a prompt format does to a score');
			await until('the picture of the first step', async () => {
				const titles = await Promise.all(page.frames().map(frame => frame.locator('svg title').allTextContents()));
				return titles.flat().includes('An evaluation with three variants');
			});
			await visit.picture(workbench, '2-walkthrough');
		});
		await visit.step('the button copies the demo into the folder and opens it', async () => {
			await page.getByRole('button', { name: 'Open the Demo Evaluation', exact: true }).click();
			await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
			await page.keyboard.press('Enter');
			await page.locator('.tab.active', { hasText: 'mmlu-formats.eval.yaml' }).waitFor();
			await until('the demo in the tree', async () =>
				(await workbench.treeRows('Evaluations')).some(row => row.label === 'mmlu-formats.eval.yaml'),
			);
		});
	} finally {
		await workbench.close();
	}
}

async function visitDemo(visit, folder) {
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
			await preview
				.getByText(/\d+ tokens/)
				.first()
				.waitFor();
			await visit.picture(workbench, '8-preview');
			assert.deepEqual(await runAxe(preview), []);
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const themes = process.argv.slice(2);
	const { failed } = await walk(themes.length > 0 ? themes : undefined);
	process.exitCode = failed === 0 ? 0 : 1;
}
