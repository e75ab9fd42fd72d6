// What test/ has in TypeScript, for suites that drive VS Code and are run by Node as they are.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @param {string} entry a TypeScript file, from the root
 * @returns {Promise<string>} the file that it was bundled into
 */
export async function bundled(entry) {
	const outfile = path.join(root, 'out', `${path.basename(entry, '.ts')}.mjs`);
	await build({
		entryPoints: [path.join(root, entry)],
		bundle: true,
		platform: 'node',
		format: 'esm',
		outfile,
		external: ['esbuild'],
		logLevel: 'warning',
	});
	return outfile;
}
