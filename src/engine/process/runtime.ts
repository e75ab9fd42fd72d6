import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from '../../config/resolved';
import { inputFailure, runFailure } from '../../protocol/failure';
import type { Message } from '../../protocol/messages';
import { message } from '../../protocol/messages';
import { type Provider, providerFor } from '../device';
import { physicalCores } from './physicalCores';

export type OnnxRuntime = typeof import('onnxruntime-node');

export interface OpenedSession {
	readonly session: InferenceSession;
	/** The provider in use. */
	readonly device: Provider;
	readonly notes: readonly Message[];
	/** Null: left to ONNX Runtime. */
	readonly threads: number | null;
}

/** Loads the native library: not at start, so that its absence becomes a sentence. */
export async function loadRuntime(): Promise<OnnxRuntime> {
	try {
		return await import('onnxruntime-node');
	} catch (error) {
		const platform = `${process.platform}-${process.arch}`;
		throw runFailure('engine.no-runtime', { platform, reason: firstLine(error) }, error);
	}
}

/** Opens a model on a device, or on the CPU with a note where the device's provider cannot be had. */
export async function openSession(
	runtime: OnnxRuntime,
	file: string,
	device: Device,
	threads: number | null,
): Promise<OpenedSession> {
	const used = threads ?? physicalCores();
	const open = (provider: Provider) =>
		runtime.InferenceSession.create(file, {
			executionProviders: [provider],
			// Prompts differ in length: a plan of memory for one shape is of no use to the next.
			enableMemPattern: false,
			// Threads wait busily from one small operation to the next, and no longer: a person goes on working beside them.
			extra: { session: { force_spinning_stop: '1', intra_op: { allow_spinning: '1', spin_duration_us: '100' } } },
			logSeverityLevel: 3,
			...(used === null ? {} : { intraOpNumThreads: used }),
		});
	const provider = providerFor(device);
	const notes: Message[] = [];
	if (provider !== 'cpu') {
		try {
			return { session: await open(provider), device: provider, notes, threads: used };
		} catch (error) {
			// Opening on this very model is the probe: a provider that is listed may still fail.
			notes.push(message('engine.device-missing', { device: provider, reason: firstLine(error) }));
		}
	}
	try {
		return { session: await open('cpu'), device: 'cpu', notes, threads: used };
	} catch (error) {
		throw inputFailure('engine.model-broken', { file, reason: firstLine(error) }, error);
	}
}

/** What happened, without the source line, the broken condition and the stack that native errors put around it. */
export function firstLine(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	const line = text.split('\n', 1)[0]?.trim() ?? '';
	return line.replace(/^\S+\.(?:cc|h):\d+ .* was false\. /, '');
}
