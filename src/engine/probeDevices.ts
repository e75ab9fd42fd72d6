import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { type Message, message } from '../protocol/messages';
import { cudaRoot, cudaRuntime, isCudaPlatform } from './cuda/place';
import type { ProbedProvider, Provider } from './device';
import { type EngineProcess, type EngineProcessOptions, forkEngine } from './engineProcess';
import type { Probed } from './wire';

export interface ProbeOptions extends EngineProcessOptions {
	/** Where CUDA support is installed; default: `cudaRoot()`. */
	readonly cudaRoot?: string;
	/** Default: as the system shows. */
	readonly hasNvidiaDriver?: () => boolean;
}

/** A driver that hangs would keep a run from beginning. In milliseconds. */
const patience = 20_000;

/**
 * Tries providers, each in an engine process of its own: one that crashes or hangs takes nothing else along, and leaves a
 * reason. No model is needed.
 * @throws Failure where not even the process, or the CPU in it, works.
 */
export async function probeDevices(
	options: ProbeOptions,
	providers: readonly Provider[],
	token: CancellationToken,
): Promise<readonly ProbedProvider[]> {
	throwIfCancelled(token);
	const running = new Set<EngineProcess>();
	const subscription = token.onCancellationRequested(() => {
		for (const engine of running) {
			engine.kill(new Cancelled());
		}
	});
	try {
		return await Promise.all(providers.map(provider => probeOne(options, provider, running)));
	} finally {
		subscription.dispose();
		for (const engine of running) {
			engine.dispose();
		}
	}
}

async function probeOne(
	options: ProbeOptions,
	provider: Provider,
	running: Set<EngineProcess>,
): Promise<ProbedProvider> {
	const runtime = await runtimeFor(options, provider);
	if ('missing' in runtime) {
		return unusable(provider, runtime.missing);
	}
	const engine = forkEngine({ ...options, ...(runtime.folder === null ? {} : { runtimeFolder: runtime.folder }) });
	running.add(engine);
	try {
		const { probed } = await withinPatience(engine, provider);
		const [found = unusable(provider, message('engine.device-not-tried', {}))] = probed;
		return withReason(found, await engine.end());
	} catch (error) {
		return unusable(provider, reasonOfEnd(error, provider));
	} finally {
		running.delete(engine);
		engine.dispose();
	}
}

/** The folder of ONNX Runtime for a provider; `null`: the packaged one. */
export async function runtimeFor(
	options: ProbeOptions,
	provider: Provider,
): Promise<{ readonly folder: string | null } | { readonly missing: Message }> {
	return provider === 'cuda' && isCudaPlatform()
		? cudaRuntime(options.cudaRoot ?? cudaRoot(), options.enginePath, options.hasNvidiaDriver)
		: { folder: null };
}

async function withinPatience(engine: EngineProcess, provider: Provider): Promise<Probed> {
	const silent = new Silent();
	const timer = setTimeout(() => engine.kill(silent), patience);
	try {
		return await engine.channel.request('probe', { providers: [provider] });
	} finally {
		clearTimeout(timer);
	}
}

class Silent extends Error {}

/** What a trial ended by; where it says nothing of the provider, it is thrown on. */
function reasonOfEnd(error: unknown, provider: Provider): Message {
	if (error instanceof Silent) {
		return message('engine.device-silent', { seconds: patience / 1000 });
	}
	if (provider === 'cpu' || !(error instanceof Failure) || error.reason.code === 'engine.not-started') {
		throw error;
	}
	const { code, params } = error.reason;
	return code === 'engine.crashed'
		? message('engine.device-ended', { how: params.how ?? '' })
		: message('engine.device-refused', { reason: params.reason ?? '' });
}

/** Which library is missing, ONNX Runtime tells on stderr alone. */
export function withReason(found: ProbedProvider, stderr: string): ProbedProvider {
	if (found.usable || found.reason.code !== 'engine.device-refused') {
		return found;
	}
	const library = /\b(lib[\w.+-]+?\.so(?:\.\d+)*): cannot open shared object file/.exec(stderr)?.[1];
	if (library === undefined) {
		return found;
	}
	if (found.provider === 'webgpu' && library.startsWith('libvulkan.')) {
		return unusable(found.provider, message('engine.device-no-vulkan', {}));
	}
	return found.provider === 'cuda'
		? unusable(found.provider, message('engine.cuda-library-missing', { library }))
		: found;
}

function unusable(provider: Provider, reason: Message): ProbedProvider {
	return { provider, usable: false, precision: null, reason };
}
