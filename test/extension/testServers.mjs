// The servers of test/servers, for suites that drive VS Code: those are not TypeScript.
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
	return (await built('demoServerCommand')).demoServerCommand(options);
}

/** What test/servers/install.sh installed: llama.cpp's server, and an OpenSSH server. */
export async function realServers() {
	const { llamaServer, hasLlamaServer } = await built('llamaServer');
	const { startSshServer } = await built('sshServer');
	const { areInstalled } = await built('installed');
	return { llamaServer, startSshServer, areHere: () => hasLlamaServer() && areInstalled('ssh', 'sshd') };
}

async function built(name) {
	const outfile = path.join(root, 'out', `${name}.mjs`);
	await build({
		entryPoints: [path.join(root, 'test/servers', `${name}.ts`)],
		bundle: true,
		platform: 'node',
		format: 'esm',
		outfile,
		external: ['esbuild'],
		logLevel: 'warning',
	});
	return import(pathToFileURL(outfile).href);
}
