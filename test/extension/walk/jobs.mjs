import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import path from 'node:path';
import { until } from '../../vscode/host.mjs';
import { startHub } from '../hubProcess.mjs';
import { demoServerCommand } from '../testServers.mjs';
import { root } from './root.mjs';
import { freePort, jobsOf, recordOf, runOf } from './runFiles.mjs';
import { sideBar } from './sideBar.mjs';

const jobs = 'Jobs';

/** A run that was left in the middle, a run on a billed job, and a server with a key. */
export async function visitJobs(visit, folder) {
	const workspace = path.join(folder, 'jobs');
	for (const part of ['demo-model', 'demo-questions']) {
		await cp(path.join(root, 'examples', part), path.join(workspace, part), { recursive: true });
	}
	const env = { EVAL_LENS_CACHE: path.join(folder, 'cache') };
	const command = await demoServerCommand({ delay: 60 });
	await writeEvaluation(workspace, 'left', { path: 'demo-model' }, { local: { command, port: await freePort() } });
	await leftRun(path.join(workspace, 'left.eval.yaml'), env);
	const billed = { hf_jobs: { flavor: 'a10g-small', timeout: '90m' } };
	// Long enough that what is seen of a running job is seen on a busy machine too.
	await writeEvaluation(workspace, 'billed', { id: 'eval-lens/demo-model' }, billed, 200);
	const server = await startedServer(command, env);
	const keyed = { url: server.url, api_key: 'secret:LAB_SERVER' };
	await writeEvaluation(workspace, 'keyed', { path: 'demo-model' }, keyed);
	const refusing = await refusingServer();
	const other = { url: refusing.url, api_key: 'secret:LAB_SERVER' };
	await writeEvaluation(workspace, 'refused', { path: 'demo-model' }, other);
	const hub = await startHub();
	const workbench = await visit.open(workspace, { ...hub.env, ...env });
	const { page } = workbench;
	const side = sideBar(workbench);
	const dialog = page.locator('.monaco-dialog-box:visible');
	const press = name => dialog.getByRole('button', { name }).click();
	try {
		await visit.step('a job that was left is told of when the folder opens', async () => {
			await workbench.notification('still runs, though its run');
			await visit.picture(workbench, 'jobs-01-left');
			await page.getByRole('button', { name: 'Show Jobs' }).click();
			await workbench.treeRow(jobs, 'demo-model').waitFor();
			await side.only(jobs);
			await visit.picture(workbench, 'jobs-02-orphan');
			await side.hover(jobs, 'demo-model', 'Nobody computes with it any more');
			await visit.pictureAsIs(workbench, 'jobs-03-orphan-tooltip');
		});
		await visit.step('its log opens at a click', async () => {
			await workbench.treeRow(jobs, 'demo-model').click();
			await page.locator('.part.panel .view-line', { hasText: /\w/ }).first().waitFor();
			await visit.picture(workbench, 'jobs-04-log');
			await workbench.command('View: Toggle Panel Visibility');
		});
		await visit.step('cancelling it asks, and ends it for good', async () => {
			await side.press(jobs, 'Cancel Job', 'demo-model');
			await dialog.waitFor();
			await visit.pictureAsIs(workbench, 'jobs-05-cancel');
			await press('Cancel Job');
			await workbench.notification('is gone');
			await workbench.treeRow(jobs, 'Ended').waitFor();
			assert.notEqual((await jobsOf(workspace, 'left'))[0].ended, null);
			await workbench.clearNotifications();
		});
		await visit.step('what is billed is asked about first, with the most that it may cost', async () => {
			await workbench.command('Eval Lens: Sign In to Hugging Face');
			await side.type('hf_test_good');
			await workbench.notification('Signed in to Hugging Face as');
			await workbench.clearNotifications();
			await workbench.openFile('billed.eval.yaml');
			await workbench.command('Eval Lens: Run');
			await dialog.waitFor({ timeout: 120_000 });
			await visit.pictureAsIs(workbench, 'jobs-06-consent');
			await press(/^Start, for up to \$/);
		});
		await visit.step('its way to samples is told in a notification, the tree and the status bar', async () => {
			await workbench.notification('waits for');
			await until('the job', async () => (await side.labels(jobs)).includes('demo-model'));
			await visit.picture(workbench, 'jobs-07-queued');
			await side.all();
			await until('samples', async () =>
				(await workbench.treeRows('Runs')).some(row => /^\d+ \/ \d+ · .* left$/.test(row.description)),
			);
			await side.only(jobs);
			await until('the cost', async () =>
				(await workbench.treeRows(jobs)).some(({ description }) => /\$\d.* of \$/.test(description)),
			);
			await visit.picture(workbench, 'jobs-08-running');
		});
		await visit.step('the results say what computed them, where, and for how much', async () => {
			await page.locator('.tab.active', { hasText: 'results' }).waitFor({ timeout: 180_000 });
			const frame = await workbench.webviewFrame(one => one.locator('main.results').isVisible());
			await frame.locator('.run-facts', { hasText: /vLLM .* · Hugging Face a10g-small · \$\d/ }).waitFor();
			await side.open(jobs, 'Ended', 'demo-model');
			await visit.picture(workbench, 'jobs-09-results');
			const [job] = await jobsOf(workspace, 'billed');
			assert.notEqual(job.ended, null);
			assert(job.dollars > 0);
		});
		await visit.step('a key that is missing is asked for, and stands in no file of the folder', async () => {
			await workbench.openFile('keyed.eval.yaml');
			await workbench.command('Eval Lens: Run');
			await page.locator('.quick-input-widget:visible', { hasText: 'secret storage' }).waitFor();
			await side.type('sk-walk-4711', () => visit.picture(workbench, 'jobs-10-key'));
			await until('the run', async () => (await recordOf(workspace, 'keyed'))?.state === 'done');
			await page.locator('.tab.active', { hasText: 'keyed — results' }).waitFor();
			await workbench.webviewFrame(one => one.locator('main.results').isVisible());
			for (const text of await textsOf(path.join(workspace, '.evals'))) {
				assert(!text.includes('sk-walk-4711'));
			}
		});
		await visit.step('an example is scored by the server that runs', async () => {
			await workbench.openFile('keyed.eval.yaml');
			await workbench.command('Eval Lens: Preview Prompts');
			const score = frame => frame.getByRole('button', { name: 'Score this example' });
			const frame = await workbench.webviewFrame(one => score(one).isVisible());
			await score(frame).click();
			await frame.getByText(/demo-model, [\d,]+ ms/).waitFor();
			await visit.picture(workbench, 'jobs-11-example');
		});
		await visit.step('a key that its server refuses is replaced at once', async () => {
			await workbench.openFile('refused.eval.yaml');
			await workbench.command('Eval Lens: Run');
			await dialog.waitFor({ timeout: 60_000 });
			await visit.pictureAsIs(workbench, 'jobs-12-send-key');
			await press('Send Key');
			await workbench.notification('refused the key');
			await visit.picture(workbench, 'jobs-13-refused-key');
			assert(!(await workbench.notifications()).join('\n').includes('sk-walk-4711'));
			await page.getByRole('button', { name: 'Replace Key…' }).click();
			await side.type('sk-walk-4712');
			await until('the other key', () => refusing.keys.includes('Bearer sk-walk-4712'));
			await workbench.clearNotifications();
		});
		await visit.step('the guide opens beside all that', async () => {
			await workbench.command('Eval Lens: Open Guide to Runs on Servers');
			const guide = await workbench.webviewFrame(frame => frame.getByText('Computing on a server').first().isVisible());
			await guide.getByText('Jobs that outlive a window').waitFor();
			await visit.picture(workbench, 'jobs-14-guide');
		});
	} catch (error) {
		await visit.picture(workbench, 'jobs-failed').catch(() => {});
		throw error;
	} finally {
		await workbench.close();
		await hub.close();
		await server.stop();
		refusing.close();
	}
}

async function writeEvaluation(workspace, name, model, launch, limit = 40) {
	const fields = {
		dataset_path: 'demo-questions',
		num_fewshot: 2,
		limit,
		models: [{ ...model, launch }],
		variants: { original: 'mmlu/original', helm: 'mmlu/helm' },
	};
	await mkdir(workspace, { recursive: true });
	// JSON is YAML.
	await writeFile(path.join(workspace, `${name}.eval.yaml`), JSON.stringify(fields, null, 2));
}

/** Runs it by the command line, and kills that in the middle. */
async function leftRun(file, env) {
	const child = spawn(process.execPath, [path.join(root, 'dist/cli.cjs'), 'run', file], {
		stdio: 'ignore',
		env: { ...process.env, ...env },
	});
	const gone = new Promise(resolve => child.once('exit', resolve));
	try {
		await until('samples of a run that is left', async () => {
			const dir = await runOf(path.dirname(file), path.basename(file, '.eval.yaml'));
			return dir && (await readFile(path.join(dir, 'samples.jsonl'), 'utf8')).split('\n').length > 3;
		});
	} finally {
		child.kill('SIGKILL');
		await gone;
	}
}

/** A server that nobody has to start. */
async function startedServer(command, env) {
	const port = await freePort();
	const child = spawn('sh', ['-c', command], {
		stdio: 'ignore',
		env: { ...process.env, ...env, EVAL_LENS_PORT: String(port) },
	});
	const gone = new Promise(resolve => child.once('exit', resolve));
	return {
		url: `http://127.0.0.1:${port}`,
		async stop() {
			child.kill();
			await gone;
		},
	};
}

/** A server that wants another key than any that it is sent, and repeats what it was sent, as some do. */
async function refusingServer() {
	const keys = [];
	const server = createHttpServer((request, response) => {
		const { authorization = '' } = request.headers;
		keys.push(authorization);
		response.writeHead(401, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ error: { message: `Incorrect key provided: ${authorization}` } }));
	});
	await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
	return { keys, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function textsOf(folder) {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter(entry => entry.isFile()).map(entry => path.join(entry.parentPath, entry.name));
	return Promise.all(files.map(file => readFile(file, 'latin1')));
}
