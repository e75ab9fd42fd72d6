// The servers of test/servers, for suites that drive VS Code: those are not TypeScript.
import { pathToFileURL } from 'node:url';
import { bundled } from './bundled.mjs';

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
	return import(pathToFileURL(await bundled(`test/servers/${name}.ts`)).href);
}
