// Everything that runs in a real VS Code: the tests inside its extension host, in a trusted folder and in Restricted
// Mode, then the walk through the packaged product. Needs the build, the VSIX and test/vscode/install.sh.
//   node esbuild.mjs --tests && node test/extension/run.mjs
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestServer } from '../vscode/host.mjs';
import { startHub } from './hubProcess.mjs';
import { writeReport } from './report.mjs';
import { demoServerCommand } from './testServers.mjs';
import { walk } from './walk.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const trust of [true, false]) {
	console.log(`\nin the extension host, ${trust ? 'a trusted folder' : 'Restricted Mode'}`);
	const before = { ...counts };
	const code = await inExtensionHost(trust);
	// A suite that ended without its last line, or against it.
	if (counts.passed === before.passed || (code !== 0 && counts.failed === before.failed)) {
		counts.failed++;
		console.log(`✗ the suite ended with ${code}`);
	}
}

const walked = await walk();
for (const kind of ['passed', 'failed', 'skipped']) {
	counts[kind] += walked[kind];
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
await writeReport(counts);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function inExtensionHost(trust) {
	const workspace = await mkdtemp(path.join(tmpdir(), 'eval-lens-workspace-'));
	const dataDir = await mkdtemp(path.join(tmpdir(), 'eval-lens-data-'));
	const hub = await startHub();
	try {
		for (const part of ['mmlu-formats.eval.yaml', 'demo-model', 'demo-questions']) {
			await cp(path.join(root, 'examples', part), path.join(workspace, part), { recursive: true });
		}
		return await startTestServer({
			workspace,
			extension: root,
			testsEntry: path.join(root, 'out/test/extension.cjs'),
			trust,
			dataDir,
			env: {
				...hub.env,
				EVAL_LENS_TEST_DATA: dataDir,
				EVAL_LENS_TEST_SERVER: await demoServerCommand({ delay: 100, loading: 1500 }),
				// What jobs of this computer leave goes with the rest.
				EVAL_LENS_CACHE: path.join(dataDir, 'cache'),
			},
			log(line) {
				console.log(line);
				const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(line.trim()) ?? [];
				counts.passed += Number(passed ?? 0);
				counts.failed += Number(failed ?? 0);
				counts.skipped += Number(skipped ?? 0);
			},
		});
	} finally {
		await hub.close();
		await rm(workspace, { recursive: true, force: true });
		await rm(dataDir, { recursive: true, force: true });
	}
}
