import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { runAxe, until } from '../../vscode/host.mjs';
import { startHub } from '../hubProcess.mjs';
import { sideBar } from './sideBar.mjs';

const datasets = 'Datasets';
const models = 'Models';

/** An empty folder, and the Hub: from a search to the results of a run. */
export async function visitHub(visit, folder) {
	const workspace = path.join(folder, 'hub');
	await mkdir(workspace);
	const hub = await startHub({ slow: true });
	const workbench = await visit.open(workspace, hub.env).catch(async error => {
		await hub.close();
		throw error;
	});
	const { page } = workbench;
	const side = sideBar(workbench);
	const evaluation = () => readFile(path.join(workspace, 'film-sentiment.eval.yaml'), 'utf8');
	try {
		await visit.step('the views of the Hub say what they are for', async () => {
			await workbench.openContainer('Eval Lens');
			await page.locator('.welcome-view-content').getByRole('button', { name: 'Search Datasets' }).waitFor();
			await visit.picture(workbench, 'hub-01-welcome');
		});
		await visit.step('a search lists datasets, and asks before it uses a token that it found', async () => {
			await page.locator('.welcome-view-content').getByRole('button', { name: 'Search Datasets' }).click();
			await side.type('sentiment', () => visit.picture(workbench, 'hub-02-search'));
			await workbench.treeRow(datasets, 'acme/film-sentiment').waitFor();
			await workbench.notification('Use the access token of your environment');
			await visit.picture(workbench, 'hub-03-found');
			await page.getByRole('button', { name: 'Stay Anonymous' }).click();
		});
		await visit.step('filters and sorting change the list', async () => {
			await side.only(datasets);
			await side.press(datasets, 'Filter Datasets');
			await page.locator('.quick-input-widget:visible', { hasText: 'Task of the datasets' }).waitFor();
			await visit.picture(workbench, 'hub-04-filter');
			await workbench.pick('Text Classification');
			await workbench.pick('English');
			await until('only English', async () => {
				const labels = await side.labels(datasets);
				return labels.includes('acme/film-sentiment') && !labels.some(label => /-(de|fr)\//.test(label));
			});
			await side.press(datasets, 'Sort Datasets');
			await page.locator('.quick-input-widget:visible', { hasText: 'most likes' }).waitFor();
			await visit.picture(workbench, 'hub-05-sort');
			await workbench.pick('most downloads');
			await until('the most downloaded first', async () => (await side.labels(datasets))[1] === 'acme/film-sentiment');
			await visit.picture(workbench, 'hub-06-filtered');
		});
		await visit.step('Load More continues the list', async () => {
			await side.press(datasets, 'Clear Search of Datasets');
			await page.locator('.welcome-view-content').getByRole('button', { name: 'Search Datasets' }).waitFor();
			await side.type('sentiment', undefined, () => side.press(datasets, 'Search Datasets'));
			const more = await side.scrollTo(datasets, 'Load More');
			await visit.picture(workbench, 'hub-07-more');
			await more.click();
			await side.scrollTo(datasets, 'corpus-fr/sentiment-24');
		});
		await visit.step(
			'a dataset opens to its configs, splits and columns, and has its card at the pointer',
			async () => {
				await side.type('film', undefined, () => side.press(datasets, 'Search Datasets'));
				await side.open(datasets, 'acme/film-sentiment', 'default');
				await side.open(datasets, 'default', 'test');
				await side.open(datasets, 'test', 'label');
				await visit.picture(workbench, 'hub-08-columns');
				await side.hover(datasets, 'acme/film-sentiment', 'Short verdicts on films');
				await visit.pictureAsIs(workbench, 'hub-09-card');
			},
		);
		await visit.step('the first rows open', async () => {
			await side.press(datasets, 'Show First Rows', 'test');
			await page.locator('.tab.active', { hasText: 'test' }).waitFor();
			await page.locator('.view-line', { hasText: 'part 3' }).first().waitFor();
			await visit.picture(workbench, 'hub-10-rows');
		});
		await visit.step('a hostile dataset is text', async () => {
			await side.type('hostile', undefined, () => side.press(datasets, 'Search Datasets'));
			await side.open(datasets, 'mallory/sentiment-hostile', '../../etc');
			await side.hover(datasets, 'mallory/sentiment-hostile', 'onerror');
			await visit.pictureAsIs(workbench, 'hub-11-hostile');
			assert.equal(await page.locator('.monaco-hover:visible a', { hasText: 'click' }).count(), 0);
		});
		await visit.step('a gated and a broken dataset say so, and can be tried again', async () => {
			await side.type('acme/', undefined, () => side.press(datasets, 'Search Datasets'));
			await side.open(datasets, 'acme/sentiment-gated', 'Access needed');
			await side.open(datasets, 'acme/sentiment-broken', 'Cannot be shown');
			await side.hover(datasets, 'Access needed', 'Its owners grant access');
			await visit.pictureAsIs(workbench, 'hub-12-access');
			await visit.picture(workbench, 'hub-12-refused');
		});
		await visit.step('signing in opens what is gated, and shows in Accounts', async () => {
			await workbench.command('Eval Lens: Sign In to Hugging Face');
			await side.type('hf_test_good', () => visit.picture(workbench, 'hub-13-sign-in'));
			await workbench.notification('Signed in to Hugging Face as');
			await until('the split of the gated dataset', async () => {
				const rows = await workbench.treeRows(datasets);
				const at = rows.findIndex(row => row.label === 'acme/sentiment-gated');
				return rows[at + 1]?.label === 'default';
			});
			await page
				.getByRole('button', { name: /^Accounts/ })
				.first()
				.click();
			await page.locator('.monaco-menu', { hasText: 'Hugging Face' }).waitFor();
			await visit.picture(workbench, 'hub-14-account');
			await page.keyboard.press('Escape');
		});
		await visit.step('New Evaluation from Dataset writes a file and opens it', async () => {
			await side.press(datasets, 'New Evaluation from Dataset', 'acme/film-sentiment');
			await page.locator('.tab.active', { hasText: 'film-sentiment.eval.yaml' }).waitFor();
			await visit.picture(workbench, 'hub-15-new');
		});
		await visit.step('the models that run here are listed', async () => {
			await side.only(models);
			await page.locator('.welcome-view-content').getByRole('button', { name: 'Search Models' }).waitFor();
			await side.press(models, 'Filter Models');
			await page.locator('.quick-input-widget:visible', { hasText: 'Runs on this computer' }).waitFor();
			await visit.picture(workbench, 'hub-16-filter-models');
			await workbench.pick('Task');
			await workbench.pick('Text Generation');
			await workbench.treeRow(models, 'acme/large-without-onnx').waitFor();
			await visit.picture(workbench, 'hub-17-models');
			await side.press(models, 'Filter Models');
			await workbench.pick('Runs on this computer');
			await workbench.treeRow(models, 'acme/large-without-onnx').waitFor({ state: 'detached' });
			await side.open(models, 'eval-lens/demo-model', /fp32|q4|q8|int8/);
			await side.hover(models, 'eval-lens/demo-model', 'ONNX files');
			await visit.pictureAsIs(workbench, 'hub-18-model');
		});
		await visit.step('Add Model to Evaluation writes it into the file, which has no problems', async () => {
			await side.press(models, 'Add Model to Evaluation', 'eval-lens/demo-model');
			await page.locator('.view-line', { hasText: 'eval-lens/demo-model' }).waitFor();
			await page.keyboard.press('Control+S');
			await until('the model in the file', async () =>
				/^models:\n {2}- eval-lens\/demo-model$/m.test(await evaluation()),
			);
			await visit.picture(workbench, 'hub-19-added');
			assert.equal(await page.locator('.squiggly-error, .squiggly-warning').count(), 0);
		});
		const preview = () =>
			workbench.webviewFrame(frame => frame.locator('body[data-view=preview] select').first().isVisible());
		await visit.step('the preview shows a prompt and its tokens beside the file', async () => {
			await workbench.command('Eval Lens: Preview Prompts');
			const frame = await preview();
			await frame.locator('.length', { hasText: 'tokens' }).waitFor();
			await visit.picture(workbench, 'hub-20-preview');
			await workbench.command('Eval Lens: Show Tokens in Preview');
			await until('tokens', async () => (await frame.locator('.token').count()) > 10);
			await visit.picture(workbench, 'hub-21-tokens');
			assert.deepEqual(await runAxe(frame), []);
		});
		await visit.step('Score this example downloads the model, and says how far it is', async () => {
			const frame = await preview();
			await frame.getByRole('button', { name: 'Score this example' }).click();
			await frame.getByText(/Downloading/).waitFor();
			await visit.picture(workbench, 'hub-22-downloading');
			await frame.getByText(/eval-lens\/demo-model, [\d,]+ ms/).waitFor({ timeout: 120_000 });
			await visit.picture(workbench, 'hub-23-scored');
		});
		await visit.step('Run ends with the results', async () => {
			await workbench.openFile('film-sentiment.eval.yaml');
			await workbench.command('Eval Lens: Run');
			await page.locator('.tab.active', { hasText: 'results' }).waitFor({ timeout: 180_000 });
			const frame = await workbench.webviewFrame(one => one.locator('main.results').isVisible());
			await frame.getByRole('button', { name: 'Run again' }).waitFor();
			await side.all();
			await visit.picture(workbench, 'hub-24-results');
			assert.deepEqual(await runAxe(frame), []);
		});
		await visit.step('nothing of it broke a rule of the webviews', async () => {
			assert.deepEqual(
				workbench.errors.filter(error => /Content Security Policy/i.test(error)),
				[],
			);
		});
	} catch (error) {
		await visit.picture(workbench, 'hub-failed').catch(() => {});
		throw error;
	} finally {
		await workbench.close();
		await hub.close();
	}
}
