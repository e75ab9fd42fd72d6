// The command of test/servers/demoServer.ts, for suites that run inside VS Code.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @param {{ delay?: number, loading?: number, log?: string }} [options] milliseconds before each answer, and until the model
 * is there
 * @returns {Promise<string>} a command that serves the demo model on the port `$EVAL_LENS_PORT`
 */
export async function demoServerCommand(options = {}) {
	const outfile = path.join(root, 'out/demoServerCommand.mjs');
	await build({
		entryPoints: [path.join(root, 'test/servers/demoServerCommand.ts')],
		bundle: true,
		platform: 'node',
		format: 'esm',
		outfile,
		external: ['esbuild'],
		logLevel: 'warning',
	});
	const module = await import(pathToFileURL(outfile).href);
	return module.demoServerCommand(options);
}
