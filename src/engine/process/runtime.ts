import type { InferenceSession } from 'onnxruntime-node';
import { inputFailure, runFailure } from '../../protocol/failure';
import type { Provider } from '../device';
import { physicalCores } from './physicalCores';

export type OnnxRuntime = typeof import('onnxruntime-node');

export interface OpenedSession {
	readonly session: InferenceSession;
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

/**
 * Opens a model on a provider.
 * @throws Failure `engine.device-load-failed` where another provider than the CPU cannot: the CPU may.
 */
export async function openSession(
	runtime: OnnxRuntime,
	file: string,
	device: Provider,
	threads: number | null,
): Promise<OpenedSession> {
	const used = threads ?? physicalCores();
	try {
		const session = await runtime.InferenceSession.create(file, {
			executionProviders: [device],
			// Prompts differ in length: a plan of memory for one shape is of no use to the next.
			enableMemPattern: false,
			// Threads wait busily from one small operation to the next, and no longer: a person goes on working beside them.
			extra: { session: { force_spinning_stop: '1', intra_op: { allow_spinning: '1', spin_duration_us: '100' } } },
			logSeverityLevel: 3,
			...(used === null ? {} : { intraOpNumThreads: used }),
		});
		return { session, threads: used };
	} catch (error) {
		const reason = firstLine(error);
		throw device === 'cpu'
			? inputFailure('engine.model-broken', { file, reason }, error)
			: runFailure('engine.device-load-failed', { device, file, reason }, error);
	}
}

/** What happened, without the source line, the broken condition and the stack that native errors put around it. */
export function firstLine(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	const line = text.split('\n', 1)[0]?.trim() ?? '';
	return line.replace(/^\S+\.(?:cc|h):\d+ .* was false\. /, '');
}
