import path from 'node:path';
import { version as onnxruntimeVersion } from 'onnxruntime-node/package.json';
import type { Chunking, Device, OnDeviceFailure } from '../config/resolved';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import { chunkingOf, chunkNotes } from './chunking';
import type { Engine, EngineInfo, EngineSetting } from './contract';
import { type DecoderConfig, readDecoderConfig } from './decoderConfig';
import { chooseDevice, type Provider, providersToProbe } from './device';
import { type EngineProcess, forkEngine } from './engineProcess';
import { fileSha256 } from './fileHash';
import { describeGraph } from './graph/describeGraph';
import type { PassName } from './graph/pass';
import { findModel, type ModelFolder } from './modelFolder';
import { namingDevice, type OpenedOnDevice, openOnDevice } from './openOnDevice';
import type { PlanSettings } from './planning/plan';
import { planRequests } from './planning/planRequests';
import { workLeft } from './planning/workLeft';
import { workThrough } from './planning/workThrough';
import { type ProbeOptions, probeDevices, runtimeFor } from './probeDevices';
import { watchSilence } from './silence';
import type { ComputeRequest, LoadedModel } from './wire';

export interface LocalEngineOptions extends ProbeOptions {
	/** Holds the ONNX file, config.json and the tokenizer. */
	readonly folder: string;
	/** Null: the widest file there is. */
	readonly dtype: string | null;
	readonly device: Device;
	/** Default: `cpu_at_load`. */
	readonly onDeviceFailure?: OnDeviceFailure;
	/** How prompts may be cut; default: `shared`, for graphs whose numbers depend on it `fixed`. */
	readonly chunking?: Chunking | undefined;
	/** Where rewritten graphs are kept; absent: graphs run as they are. */
	readonly graphFolder?: string | undefined;
	/** Default: one for each physical core. */
	readonly threads?: number;
	/** Bytes that key-value caches of kept beginnings may take; default: as `planSettings` say, else a gigabyte. */
	readonly cacheBudget?: number | undefined;
	/** Of an earlier sitting of the run, which this one has to plan like, but for a `cacheBudget` that is given. */
	readonly planSettings?: PlanSettings | undefined;
	/** How an earlier sitting's graph was rewritten; absent: as suits the model. */
	readonly passes?: readonly PassName[] | undefined;
	/** Told while the process says nothing for long, in seconds; null: it speaks again. */
	readonly onSilence?: (seconds: number | null) => void;
}

export interface LocalEngine extends Engine {
	readonly info: EngineInfo;
	/** Of the process that computes; null where it never started. */
	readonly processId: number | null;
	readonly planSettings: PlanSettings;
}

const engineName = 'onnxruntime-node';

/** Enough for the shots of one subject on small and middling models; more is of use to deep trees alone. */
const defaultCacheBudget = 1e9;

/**
 * 192 tokens are about three questions: enough for matrix products to run at full speed, few enough that attention does not
 * look at much that it must not see.
 */
const pieceTokens = 192;
const longestPiece = 512;

/**
 * What an engine with these options computes with, as far as that can be told without loading the model.
 * @throws Failure where the folder does not allow it.
 */
export async function engineSetting(options: LocalEngineOptions, token: CancellationToken): Promise<EngineSetting> {
	const model = await findModel(options.folder, options.dtype);
	const { endOfText } = await readDecoderConfig(options.folder);
	const { chunkSensitive } = await describeGraph(path.join(model.folder, model.file), token);
	const graph = { chunkSensitive };
	const chunking = chunkingOf(options.chunking, graph);
	return {
		name: engineName,
		version: onnxruntimeVersion,
		device: await expectedDevice(options, model.dtype, token),
		dtype: model.dtype,
		files: await hashes(model, token),
		endOfText,
		chunking,
		graph,
		notes: chunkNotes(model.file, graph, chunking),
	};
}

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
	const files = await hashes(model, token);
	const { opened, device: devices, notes } = await startProcess(options, model, config, files, token);
	const { engine, loaded } = opened;
	const chunking = chunkingOf(options.chunking, loaded.graph);
	const planSettings: PlanSettings = {
		chunking,
		trees: loaded.graph.trees,
		pieceTokens,
		longestPiece,
		cacheBytesPerToken: loaded.cacheBytesPerToken,
		cacheBudget: defaultCacheBudget,
		...options.planSettings,
		// A run that took too much memory goes on with less, should someone say so.
		...(options.cacheBudget === undefined ? {} : { cacheBudget: options.cacheBudget }),
	};
	const info: EngineInfo = {
		name: engineName,
		version: loaded.version,
		device: devices.chosen,
		devices,
		notes: [...notes, ...loaded.notes],
		threads: loaded.threads,
		dtype: model.dtype,
		files,
		graph: loaded.graph,
		chunking: planSettings.chunking,
		window: config.window,
		vocabularySize: loaded.vocabularySize,
		endOfText: config.endOfText,
		capabilities: { continuations: 'any', argmax: true, prefixReuse: true, generate: true },
	};
	return {
		info,
		processId: engine.processId,
		planSettings,
		plan: requests => planRequests(requests, planSettings),
		left: workLeft,
		async *work(plan, work) {
			throwIfCancelled(work.token);
			const onCancel = work.token.onCancellationRequested(() => engine.kill(new Cancelled()));
			let asked = 0;
			const silence = watchSilence(engine, () => asked > 0, options.onSilence);
			const compute = (request: ComputeRequest) => {
				asked++;
				return engine.channel.request('compute', request).finally(() => asked--);
			};
			try {
				yield* workThrough(plan, compute, work);
			} catch (error) {
				throw namingDevice(error, devices.chosen);
			} finally {
				silence.dispose();
				onCancel.dispose();
			}
		},
		dispose: () => engine.dispose(),
	};
}

/** What a device request comes to; where the CPU alone comes into question, nothing is tried. */
async function expectedDevice(options: LocalEngineOptions, dtype: string, token: CancellationToken): Promise<Provider> {
	const { device } = options;
	if (device !== 'auto') {
		return device;
	}
	const cuda = await runtimeFor(options, 'cuda');
	if (dtype !== 'fp32' || !('folder' in cuda) || cuda.folder === null) {
		return 'cpu';
	}
	const providers = providersToProbe(device, process.platform, process.arch);
	return chooseDevice(device, await probeDevices(options, providers, token), { dtype }).provider;
}

function hashes({ folder, weights }: ModelFolder, token: CancellationToken): Promise<EngineSetting['files']> {
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
	files: EngineSetting['files'],
	token: CancellationToken,
): Promise<OpenedOnDevice<Started>> {
	const providers = providersToProbe(options.device, process.platform, process.arch);
	return openOnDevice({
		requested: options.device,
		onFailure: options.onDeviceFailure ?? 'cpu_at_load',
		dtype: model.dtype,
		probe: () => probeDevices(options, providers, token),
		load: provider => load(options, provider, model, config, files, token),
	});
}

async function load(
	options: LocalEngineOptions,
	device: Provider,
	model: ModelFolder,
	{ shape, endOfText }: DecoderConfig,
	files: EngineSetting['files'],
	token: CancellationToken,
): Promise<Started> {
	const runtime = await runtimeFor(options, device);
	const isElsewhere = 'folder' in runtime && runtime.folder !== null;
	const engine = forkEngine({ ...options, ...(isElsewhere ? { runtimeFolder: runtime.folder } : {}) });
	const { threads = null, graphFolder = null, chunking = null, passes = null } = options;
	const { folder } = model;
	const file = path.join(folder, model.file);
	const sha256 = files.find(({ path: name }) => name === model.file)?.sha256 ?? '';
	const onCancel = token.onCancellationRequested(() => engine.kill(new Cancelled()));
	try {
		throwIfCancelled(token);
		const request = { file, sha256, folder, graphFolder, chunking, passes, device, threads, shape, endOfText };
		return { engine, loaded: await engine.channel.request('load', request) };
	} catch (error) {
		engine.dispose();
		throw error;
	} finally {
		onCancel.dispose();
	}
}
