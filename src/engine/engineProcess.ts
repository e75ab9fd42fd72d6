import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { Channel, type Port } from '../protocol/channel';
import { type Disposable, type Event, EventSource } from '../protocol/event';
import { type Failure, runFailure } from '../protocol/failure';
import type { EngineParentSide, EngineProcessSide } from './wire';

export interface EngineProcessOptions {
	/** The built engine.cjs. */
	readonly enginePath: string;
	/** Default: the executable that runs this; Electron's fork makes it a plain Node by itself. */
	readonly execPath?: string;
	/** Default: the environment of this process. */
	readonly env?: NodeJS.ProcessEnv;
	/** Holds ONNX Runtime and its binding; default: the folder `onnxruntime` beside the script. */
	readonly runtimeFolder?: string;
}

export interface EngineProcess extends Disposable {
	readonly channel: Channel<EngineParentSide, EngineProcessSide>;
	readonly processId: number | null;
	/** Whatever it says. */
	readonly onHeard: Event<unknown>;
	/** Ends the process at once, wherever it is; what is pending is rejected with the reason. */
	kill(reason: Error): void;
	/** Lets it go, and resolves with the end of what it wrote to stderr. */
	end(): Promise<string>;
}

/** How much of the process's stderr is kept for the sentence about its end, in characters. */
const stderrTail = 4096;

/** A process whose parent has let it go has so long to end, in milliseconds. */
const endsWithin = 2000;

/** Forks the engine process. Its unexpected end rejects what is pending, and all that is asked later, with a Failure. */
export function forkEngine({ enginePath, execPath, env, runtimeFolder }: EngineProcessOptions): EngineProcess {
	const child = fork(enginePath, runtimeFolder === undefined ? [] : [runtimeFolder], {
		// Numbers cross as numbers: JSON has no -Infinity.
		serialization: 'advanced',
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		// Not this process's own flags, such as a debugger's port.
		execArgv: [],
		...(execPath === undefined ? {} : { execPath }),
		// ONNX Runtime for Node leaves TF32 on, which keeps 11 bits of a factor: NVIDIA's libraries take it off by this.
		env: { ...(env ?? process.env), NVIDIA_TF32_OVERRIDE: '0' },
	});
	try {
		// It takes all there is for minutes: what a person does meanwhile goes first.
		setPriority(child.pid ?? Number.NaN, constants.priority.PRIORITY_BELOW_NORMAL);
	} catch {
		// Not allowed here, or already gone: neither keeps it from computing.
	}
	const port = portOf(child);
	const channel = new Channel<EngineParentSide, EngineProcessSide>(port, {});
	let stderr = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		stderr = (stderr + text).slice(-stderrTail);
	});
	const kill = (reason: Error) => {
		channel.dispose(reason);
		child.kill('SIGKILL');
	};
	child.on('error', error => kill(runFailure('engine.not-started', { reason: error.message }, error)));
	// Not 'exit': by 'close', its last words on stderr have arrived.
	child.on('close', (code, signal) => channel.dispose(crash(code, signal, stderr)));
	return {
		channel,
		processId: child.pid ?? null,
		onHeard: port.onMessage,
		kill,
		async end() {
			const isOver = child.exitCode !== null || child.signalCode !== null;
			if (child.connected && !isOver) {
				const late = setTimeout(() => child.kill('SIGKILL'), endsWithin);
				// Node 20 gives no 'close' after a disconnect: the end of stderr and of the process are awaited instead.
				const over = Promise.all([once(child, 'exit'), child.stderr && once(child.stderr, 'close')]);
				child.disconnect();
				await over;
				clearTimeout(late);
			}
			channel.dispose(new Error('the engine has ended'));
			return stderr;
		},
		dispose: () => kill(new Error('the engine is disposed')),
	};
}

function portOf(child: ChildProcess): Port {
	const messages = new EventSource<unknown>();
	child.on('message', value => messages.fire(value));
	return {
		post(value) {
			// A message that no longer goes out needs no word of its own: the end of the process answers for it.
			if (child.connected) {
				child.send(value as object, () => {});
			}
		},
		onMessage: messages.event,
	};
}

function crash(code: number | null, signal: NodeJS.Signals | null, stderr: string): Failure {
	return runFailure('engine.crashed', { how: signal ?? `exit ${code}`, stderr: lastLine(stderr) || '–' });
}

function lastLine(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: native logs are coloured by escape sequences
	const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
	return plain.trim().split('\n').at(-1)?.trim() ?? '';
}
