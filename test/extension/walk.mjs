// The person's path through the packaged product, in a real workbench, with pictures on the way.
//   npm run package && node test/extension/walk.mjs          in dark, light and high contrast
//   node test/extension/walk.mjs "Default Light Modern"       in one theme
//   WALK=hub node test/extension/walk.mjs                     one visit of them: nothing, demo, hub, jobs or servers
// The pictures go to out/screenshots.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { visitDemo } from './walk/demo.mjs';
import { visitHub } from './walk/hub.mjs';
import { visitJobs } from './walk/jobs.mjs';
import { visitWithNothing } from './walk/nothing.mjs';
import { root } from './walk/root.mjs';
import { visitServers } from './walk/servers.mjs';
import { Visit } from './walk/visit.mjs';

const visits = { nothing: visitWithNothing, demo: visitDemo, hub: visitHub, jobs: visitJobs, servers: visitServers };

/** Walks in each theme; a step that fails ends the visit that it belongs to. */
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
		for (const visit of wanted()) {
			// Its views are those of the jobs' visit, and real servers take their time: once is enough.
			if (visit === visitServers && theme !== themes[0]) {
				continue;
			}
			try {
				await visit(new Visit(path.join(root, vsix), theme, counts), folder);
			} catch (error) {
				counts.failed++;
				console.log(`✗ ${error instanceof Error ? error.stack : error}`);
			}
		}
		await rm(folder, { recursive: true, force: true });
	}
	return counts;
}

function wanted() {
	const name = process.env.WALK;
	if (!name) {
		return Object.values(visits);
	}
	assert(Object.hasOwn(visits, name), `WALK is one of ${Object.keys(visits).join(', ')}`);
	return [visits[name]];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const themes = process.argv.slice(2);
	const { failed } = await walk(themes.length > 0 ? themes : undefined);
	process.exitCode = failed === 0 ? 0 : 1;
}
