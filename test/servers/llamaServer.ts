import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { shellQuote } from '../../src/launch/shellQuote';
import { root } from '../paths';
import { skipped } from './installed';

const here = path.join(root, 'test', 'servers');

/** What `install.sh` made: a Python with llama.cpp’s server, and SmolLM2-135M-Instruct as GGUF. */
const python = path.join(environmentFolder(), 'bin', 'python');

/**
 * The command that starts llama.cpp’s server on the port of `EVAL_LENS_PORT`, with the model `smollm2`. `parallel`: how many
 * requests it computes at once, each with 4096 tokens of context.
 */
export function llamaServer(parallel = 1): string {
	const start = [python, path.join(here, 'llamaServer.py')].map(shellQuote).join(' ');
	return `EVAL_LENS_TEST_PARALLEL=${parallel} exec ${start}`;
}

/** Whether it is installed; in CI on Linux it must be. */
export function hasLlamaServer(): boolean {
	return existsSync(python) || skipped('llama.cpp’s server is not installed');
}

/** The name that `install.sh` gives it. */
function environmentFolder(): string {
	const cache =
		process.env.EVAL_LENS_TEST_SERVERS_CACHE ??
		path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'eval-lens-test-servers');
	const hash = createHash('sha256')
		.update(readFileSync(path.join(here, 'requirements.txt')))
		.digest('hex');
	return path.join(cache, hash.slice(0, 16));
}
