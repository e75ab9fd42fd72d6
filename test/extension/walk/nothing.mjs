import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../../vscode/host.mjs';
import { sideBar } from './sideBar.mjs';

/** A folder without evaluations: the welcome, the walkthrough, the demo. */
export async function visitWithNothing(visit, folder) {
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
		await visit.step('the view of jobs says what they are, and where that is told', async () => {
			const side = sideBar(workbench);
			await side.only('Jobs');
			await page.getByRole('button', { name: 'How It Works' }).waitFor();
			await visit.picture(workbench, 'jobs-00-welcome');
			await side.all();
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
