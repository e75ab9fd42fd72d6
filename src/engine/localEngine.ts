import path from 'node:path';
import type { Device } from '../config/resolved';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { message } from '../protocol/messages';
import type { Engine, EngineInfo } from './contract';
import { type DecoderConfig, readDecoderConfig } from './decoderConfig';
import { type EngineProcess, type EngineProcessOptions, forkEngine } from './engineProcess';
import { fileSha256 } from './fileHash';
import { findModel, type ModelFolder } from './modelFolder';
import type { LoadedModel } from './wire';

export interface LocalEngineOptions extends EngineProcessOptions {
	/** Holds the ONNX file, config.json and the tokenizer. */
	readonly folder: string;
	/** Null: the widest file there is. */
	readonly dtype: string | null;
	readonly device: Device;
	/** Default: one for each physical core. */
	readonly threads?: number;
}

export interface LocalEngine extends Engine {
	/** Of the process that computes; null where it never started. */
	readonly processId: number | null;
}

/** While the process computes one, the next already waits in it. */
const inFlight = 2;

/**
 * Starts an engine on a local ONNX model, in a process of its own.
 *
 * Cancelling, here or while it computes, kills that process at once, since native code does not listen while it computes:
 * the engine is of no use afterwards and says `Cancelled`. Should the process end by itself, everything pending fails with
 * `engine.crashed`, and nothing of the caller's is lost.
 *
 * @throws Failure where the folder, the file or the computer does not allow it.
 */
export async function startLocalEngine(options: LocalEngineOptions, token: CancellationToken): Promise<LocalEngine> {
	throwIfCancelled(token);
	const model = await findModel(options.folder, options.dtype);
	const config = await readDecoderConfig(options.folder);
	const [starting, hashing] = await Promise.allSettled([
		startProcess(options, model, config, token),
		hashes(model, token),
	]);
	if (starting.status === 'rejected') {
		throw starting.reason;
	}
	const { engine, loaded } = starting.value;
	if (hashing.status === 'rejected') {
		engine.dispose();
		throw hashing.reason;
	}
	return {
		info: {
			name: 'onnxruntime-node',
			version: loaded.version,
			device: loaded.device,
			notes: loaded.notes,
			threads: loaded.threads,
			dtype: model.dtype,
			files: hashing.value,
			window: config.window,
			vocabularySize: loaded.vocabularySize,
			endOfText: config.endOfText,
			capabilities: { continuations: 'any', argmax: true, prefixReuse: true, generate: true },
		},
		processId: engine.processId,
		inFlight,
		loglikelihood: (request, scoring) => killedBy(scoring, engine, () => engine.channel.request('score', request)),
		generate: (request, writing) => killedBy(writing, engine, () => engine.channel.request('generate', request)),
		dispose: () => engine.dispose(),
	};
}

function hashes({ folder, weights }: ModelFolder, token: CancellationToken): Promise<EngineInfo['files']> {
	return Promise.all(
		weights.map(async name => ({ path: name, sha256: await fileSha256(path.join(folder, name), token) })),
	);
}

interface Started {
	readonly engine: EngineProcess;
	readonly loaded: LoadedModel;
}

/** Loads on the device asked for; where that takes the process down, on the CPU with a note. */
async function startProcess(
	options: LocalEngineOptions,
	model: ModelFolder,
	config: DecoderConfig,
	token: CancellationToken,
): Promise<Started> {
	try {
		return await load(options, model, config, token);
	} catch (error) {
		const { device } = options;
		const crashed = error instanceof Failure && error.reason.code === 'engine.crashed';
		if (!crashed || device === 'auto' || device === 'cpu') {
			throw error;
		}
		const { engine, loaded } = await load({ ...options, device: 'cpu' }, model, config, token);
		const note = message('engine.device-crashed', { device });
		return { engine, loaded: { ...loaded, notes: [note, ...loaded.notes] } };
	}
}

async function load(
	options: LocalEngineOptions,
	model: ModelFolder,
	{ shape, endOfText }: DecoderConfig,
	token: CancellationToken,
): Promise<Started> {
	const engine = forkEngine(options);
	const { device, threads = null } = options;
	const { folder } = model;
	const file = path.join(folder, model.file);
	try {
		const loaded = await killedBy(token, engine, () =>
			engine.channel.request('load', { file, folder, device, threads, shape, endOfText }),
		);
		return { engine, loaded };
	} catch (error) {
		engine.dispose();
		throw error;
	}
}

async function killedBy<T>(token: CancellationToken, engine: EngineProcess, work: () => Promise<T>): Promise<T> {
	throwIfCancelled(token);
	const subscription = token.onCancellationRequested(() => engine.kill(new Cancelled()));
	try {
		return await work();
	} finally {
		subscription.dispose();
	}
}
