import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../../vscode/host.mjs';
import { realServers } from '../testServers.mjs';
import { root } from './root.mjs';
import { freePort, jobsOf, recordOf, samplesOf } from './runFiles.mjs';
import { sideBar } from './sideBar.mjs';

const jobs = 'Jobs';
const shared = path.join(root, '../shared');
const model = path.join(shared, 'models/SmolLM2-135M-Instruct');
/** So many that a window is closed in the middle of them. */
const questions = 100;
const dataset = path.join(shared, 'data/mmlu');

/** Llama.cpp's own server, started on this computer and behind ssh: watched, left with the window, resumed, cancelled. */
export async function visitServers(visit, folder) {
	const { llamaServer, startSshServer, areHere } = await realServers();
	if (!existsSync(model) || !existsSync(dataset) || !areHere()) {
		visit.skip('llama.cpp’s server, here and behind ssh: the reference data or the servers are not here');
		return;
	}
	const workspace = path.join(folder, 'servers');
	await mkdir(workspace);
	const command = llamaServer();
	const ssh = await startSshServer(path.join(folder, 'ssh'));
	const port = await freePort();
	await writeEvaluation(workspace, 'local', { local: { command, port: await freePort() } }, 12);
	await writeEvaluation(workspace, 'remote', { ssh: { host: ssh.host, command, port } }, questions);
	// VS Code asks the person's shell for the environment, which would put its own PATH in the place of this one.
	const shell = path.join(folder, 'shell');
	await writeFile(shell, '#!/bin/sh\nfor last; do :; done\nexec /bin/sh -c "$last"\n', { mode: 0o755 });
	const env = { PATH: ssh.env.PATH, SHELL: shell, EVAL_LENS_CACHE: path.join(folder, 'servers-cache') };
	const isListening = () =>
		fetch(`http://127.0.0.1:${port}/health`).then(
			({ ok }) => ok,
			() => false,
		);
	let workbench = await visit.open(workspace, env);
	const samples = async () => (await samplesOf(workspace, 'remote')).length;
	const run = async name => {
		await workbench.openFile(`${name}.eval.yaml`);
		await workbench.command('Eval Lens: Run');
	};
	const results = async (name, facts) => {
		await workbench.page.locator('.tab.active', { hasText: `${name} — results` }).waitFor({ timeout: 180_000 });
		const frame = await workbench.webviewFrame(one => one.locator('main.results').isVisible());
		await frame.locator('.run-facts', { hasText: facts }).waitFor();
	};
	try {
		await visit.step('a server that is started here computes a run, and ends with it', async () => {
			await workbench.openContainer('Eval Lens');
			await run('local');
			await workbench.notification('Starting a server for');
			await visit.picture(workbench, 'servers-01-starting');
			await results('local', /llama\.cpp .* · 127\.0\.0\.1/);
			assert.notEqual((await jobsOf(workspace, 'local'))[0].ended, null);
			await visit.picture(workbench, 'servers-02-results');
		});
		await visit.step('a server behind ssh is followed: its state, how far the run is, its log', async () => {
			await run('remote');
			await until('samples in the tree', async () =>
				(await workbench.treeRows('Runs')).some(row => /^\d+ \/ \d+ · .* left$/.test(row.description)),
			);
			const side = sideBar(workbench);
			await side.only(jobs);
			await workbench.treeRow(jobs, 'SmolLM2-135M-Instruct').click();
			await workbench.page
				.locator('.part.panel .view-line', { hasText: /\bslot\b/ })
				.first()
				.waitFor();
			await visit.picture(workbench, 'servers-03-running');
		});
		await visit.step('it outlives the window, and the next one goes on where the run stood', async () => {
			await workbench.close();
			const before = await samples();
			assert(before > 0 && before < questions, `${before} samples`);
			assert(await isListening());
			workbench = await visit.open(workspace, env);
			await workbench.notification('still runs, though its run');
			await visit.picture(workbench, 'servers-04-left');
			await workbench.page.getByRole('button', { name: 'Resume', exact: true }).click();
			await results('remote', /llama\.cpp .* · ssh testhost/);
			await visit.picture(workbench, 'servers-05-resumed');
			const recorded = await samplesOf(workspace, 'remote');
			assert.equal(new Set(recorded.map(({ key }) => key)).size, questions);
			assert.equal(recorded.length, questions);
			assert.equal((await jobsOf(workspace, 'remote')).length, 1);
			const codes = (await recordOf(workspace, 'remote')).models[0].notes.map(({ code }) => code);
			assert.equal(new Set(codes).size, codes.length, codes.join(', '));
			assert.equal(await isListening(), false);
		});
		await visit.step('cancelling a run ends its server behind ssh', async () => {
			const first = await recordOf(workspace, 'remote');
			await run('remote');
			await until('samples of another run', async () => {
				const { id } = await recordOf(workspace, 'remote');
				return id !== first.id && (await samples()) > 2;
			});
			await workbench.command('Eval Lens: Cancel Run');
			await until('the end', async () => (await recordOf(workspace, 'remote')).state === 'cancelled');
			assert.equal(await isListening(), false);
			assert.notEqual((await jobsOf(workspace, 'remote'))[0].ended, null);
		});
	} finally {
		await workbench.close();
		await ssh.stop();
		await endServers(port);
	}
}

/** What a step that failed left: servers outlive windows and connections, as they should. */
async function endServers(port) {
	for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
		const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
		if (environment.split('\0').includes(`EVAL_LENS_PORT=${port}`)) {
			process.kill(Number(pid));
		}
	}
}

async function writeEvaluation(workspace, name, launch, limit) {
	const fields = {
		dataset_path: dataset,
		where: { subject: 'us_foreign_policy' },
		num_fewshot: 5,
		limit,
		models: [{ path: model, launch }],
		variants: { harness: 'mmlu/harness' },
	};
	// JSON is YAML.
	await writeFile(path.join(workspace, `${name}.eval.yaml`), JSON.stringify(fields, null, 2));
}
