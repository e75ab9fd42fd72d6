// npm run bench -- results, or node bench/results.mjs FOLDER to keep the run there: the results view over a run of MMLU's size, 14,042 questions under five formats with their
// real prompts: sizes on disk, opening, memory of the extension host, and the real page in Chromium. The run is made first (half a
// minute), or taken from the folder where one was left before. Budgets: first rows 1 s, filter and sort 100 ms, host 200 MB more,
// page 150 MB, folder 100 MB, no frame with blank rows.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const data = path.join(root, '..', 'shared', 'data');
if (!existsSync(path.join(data, 'mmlu'))) {
	console.log('skipped: ../shared/data/mmlu is not here');
	process.exit(0);
}

// Below the root, where the modules that are not bundled are found.
mkdirSync(path.join(root, 'out'), { recursive: true });
const work = mkdtempSync(path.join(root, 'out', 'results-bench-'));
try {
	await main();
} finally {
	rmSync(work, { recursive: true });
}

async function main() {
	const rooms = await bundled('rooms', [
		"export { makeRun } from './test/scale/makeRun';",
		"export { openRun } from './src/run/openRun';",
		"export { exportRun } from './src/report/exportRun';",
		"export { measureHost } from './test/scale/measureHost';",
	]);
	const kept = process.argv.slice(2).find(word => !word.startsWith('-'));
	const dir = kept ? path.resolve(kept) : path.join(work, 'run');
	if (!existsSync(dir)) {
		const start = performance.now();
		await createRequire(import.meta.url)(rooms).makeRun({ dir, data });
		console.log(`made a run in ${seconds(performance.now() - start)}`);
	}
	sizes(dir);
	const host = ['--expose-gc', '-e', `require(${JSON.stringify(rooms)}).measureHost(${JSON.stringify(dir)})`];
	console.log('\nextension host, without the index:');
	rmSync(path.join(dir, 'samples.index'), { force: true });
	spawnSync(process.execPath, host, { stdio: 'inherit' });
	console.log('\nextension host, with it:');
	spawnSync(process.execPath, host, { stdio: 'inherit' });
	const page = await bundled('page', ["export { measurePage } from './test/scale/measurePage';"]);
	await createRequire(import.meta.url)(page).measurePage(dir);
	console.log('\nexports:');
	for (const format of ['parquet', 'jsonl', 'csv', 'html']) {
		const out = path.join(work, `out.${format}`);
		const script = `const start = performance.now();
			require(${JSON.stringify(rooms)}).exportRun(${JSON.stringify([dir, format, path.join(root, 'dist'), out]).slice(1, -1)})
				.then(() => console.log('  ${format.padEnd(8)}' + ((performance.now() - start) / 1000).toFixed(1).padStart(6) + ' s, at most '
					+ (process.resourceUsage().maxRSS / 1024).toFixed(0).padStart(4) + ' MB of memory in all, '
					+ (require('fs').statSync(${JSON.stringify(out)}).size / 1e6).toFixed(1) + ' MB'));`;
		spawnSync(process.execPath, ['-e', script], { stdio: 'inherit' });
		rmSync(out, { force: true });
	}
}

function sizes(dir) {
	const files = readdirSync(dir).map(name => [name, statSync(path.join(dir, name)).size]);
	for (const [name, bytes] of [...files, ['in all', files.reduce((sum, [, bytes]) => sum + bytes, 0)]]) {
		console.log(`  ${name.padEnd(18)} ${(bytes / 1e6).toFixed(1).padStart(6)} MB`);
	}
}

function seconds(milliseconds) {
	return `${(milliseconds / 1000).toFixed(1)} s`;
}

async function bundled(name, contents) {
	const outfile = path.join(work, `${name}.cjs`);
	await build({
		absWorkingDir: root,
		stdin: { contents: contents.join('\n'), resolveDir: root, loader: 'ts' },
		outfile,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		external: ['onnxruntime-node', 'esbuild', 'playwright-core'],
		define: { 'import.meta.url': JSON.stringify(`file://${root}/test/webview/page.ts`) },
		logLevel: 'error',
	});
	return outfile;
}
