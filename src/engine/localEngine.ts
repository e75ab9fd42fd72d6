import path from 'node:path';
import type { Device, OnDeviceFailure } from '../config/resolved';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import type { Engine, EngineInfo } from './contract';
import { type DecoderConfig, readDecoderConfig } from './decoderConfig';
import { type Provider, providersToProbe } from './device';
import { type EngineProcess, forkEngine } from './engineProcess';
import { fileSha256 } from './fileHash';
import { findModel, type ModelFolder } from './modelFolder';
import { namingDevice, type OpenedOnDevice, openOnDevice } from './openOnDevice';
import { type ProbeOptions, probeDevices, runtimeFor } from './probeDevices';
import type { LoadedModel } from './wire';

export interface LocalEngineOptions extends ProbeOptions {
	/** Holds the ONNX file, config.json and the tokenizer. */
	readonly folder: string;
	/** Null: the widest file there is. */
	readonly dtype: string | null;
	readonly device: Device;
	/** Default: `cpu_at_load`. */
	readonly onDeviceFailure?: OnDeviceFailure;
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
	const { opened, device: devices, notes } = starting.value;
	const { engine, loaded } = opened;
	if (hashing.status === 'rejected') {
		engine.dispose();
		throw hashing.reason;
	}
	return {
		info: {
			name: 'onnxruntime-node',
			version: loaded.version,
			device: devices.chosen,
			devices,
			notes,
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
		loglikelihood: (request, scoring) =>
			onDevice(devices.chosen, () => killedBy(scoring, engine, () => engine.channel.request('score', request))),
		generate: (request, writing) =>
			onDevice(devices.chosen, () => killedBy(writing, engine, () => engine.channel.request('generate', request))),
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

/** Loads on the device chosen, else as its failure is to be met. */
function startProcess(
	options: LocalEngineOptions,
	model: ModelFolder,
	config: DecoderConfig,
	token: CancellationToken,
): Promise<OpenedOnDevice<Started>> {
	const providers = providersToProbe(options.device, process.platform, process.arch);
	return openOnDevice({
		requested: options.device,
		onFailure: options.onDeviceFailure ?? 'cpu_at_load',
		dtype: model.dtype,
		probe: () => probeDevices(options, providers, token),
		load: provider => load(options, provider, model, config, token),
	});
}

async function load(
	options: LocalEngineOptions,
	device: Provider,
	model: ModelFolder,
	{ shape, endOfText }: DecoderConfig,
	token: CancellationToken,
): Promise<Started> {
	const runtime = await runtimeFor(options, device);
	const isElsewhere = 'folder' in runtime && runtime.folder !== null;
	const engine = forkEngine({ ...options, ...(isElsewhere ? { runtimeFolder: runtime.folder } : {}) });
	const { threads = null } = options;
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

async function onDevice<T>(device: Provider, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw namingDevice(error, device);
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
