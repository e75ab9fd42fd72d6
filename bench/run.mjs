// Runs the benches in turn: `npm run bench`, or `npm run bench -- preview` for one; what begins with - goes to them. They
// print what they measure and assert nothing, since times on a busy machine say little.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2).filter(word => !word.startsWith('-'));
const options = process.argv.slice(2).filter(word => word.startsWith('-'));
const names = readdirSync(folder)
	.filter(name => name.endsWith('.mjs') && name !== 'run.mjs')
	.map(name => path.basename(name, '.mjs'))
	.filter(name => wanted.length === 0 || wanted.includes(name));

for (const name of names) {
	console.log(`\n── ${name}`);
	const { status } = spawnSync(process.execPath, [path.join(folder, `${name}.mjs`), ...options], { stdio: 'inherit' });
	process.exitCode ||= status ?? 1;
}
