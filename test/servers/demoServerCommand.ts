import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { freePort } from '../../src/launch/freePort';
import { demoModel, root } from '../paths';

let building: Promise<string> | undefined;

/** The demo server as a script, built once in the life of a process. */
function script(): Promise<string> {
	building ??= built();
	return building;
}

async function built(): Promise<string> {
	// Beside node_modules, where it finds ONNX Runtime.
	const outfile = path.join(root, 'out', 'servers', `demo-${process.pid}.cjs`);
	await build({
		entryPoints: [path.join(root, 'test', 'servers', 'demoServer.ts')],
		outfile,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		external: ['onnxruntime-node'],
		logLevel: 'error',
	});
	return outfile;
}

export interface DemoServerOptions {
	/** Milliseconds before each answer, and until the model is loaded. */
	readonly delay?: number;
	readonly loading?: number;
	/** A file that gets a line for each prompt that is computed. */
	readonly log?: string;
	/** Prompts after which another model answers. */
	readonly changesAfter?: number;
	/** Which prompt, counted from 1 as they come, is refused from then on. */
	readonly refuses?: number;
}

/** The command that starts the demo server on the port of `$EVAL_LENS_PORT`. */
export async function demoServerCommand(options: DemoServerOptions = {}): Promise<string> {
	const { delay = 0, loading = 0, log = '', changesAfter = Number.POSITIVE_INFINITY, refuses = 0 } = options;
	const environment = {
		MODEL_FOLDER: demoModel,
		DELAY: delay,
		LOADING: loading,
		LOG: log,
		CHANGES_AFTER: changesAfter,
		REFUSES: refuses,
	};
	const words = Object.entries(environment).map(([name, value]) => `${name}='${value}'`);
	return `${words.join(' ')} exec '${process.execPath}' '${await script()}'`;
}

/** The demo server, started here; resolves once it answers. */
export async function startDemoServer(
	options: DemoServerOptions = {},
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
	const port = await freePort();
	const child = spawn('sh', ['-c', await demoServerCommand(options)], {
		stdio: 'ignore',
		env: { ...process.env, EVAL_LENS_PORT: String(port) },
	});
	const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
	const url = `http://127.0.0.1:${port}`;
	while (child.exitCode === null && !(await fetch(`${url}/version`).catch(() => null))) {
		await pause(50);
	}
	return {
		url,
		stop: async () => {
			child.kill();
			await ended;
		},
	};
}
