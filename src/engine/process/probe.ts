import { type Message, message } from '../../protocol/messages';
import type { ProbedProvider, Provider } from '../device';
import { firstLine, type OnnxRuntime } from './runtime';
import { trialFactors, trialModel, trialNames, trialPrecision, trialSize } from './trial';

/** As much of ONNX Runtime as a trial needs. */
export type TrialRuntime = Pick<OnnxRuntime, 'InferenceSession' | 'Tensor' | 'listSupportedBackends'>;

/**
 * Tries a provider: ONNX Runtime lists it, opens a session on it and computes a product that is known. A provider that is
 * listed may still fail, and one that opens may leave the work to the CPU, which this session does not let it do.
 */
export async function probeProvider(runtime: TrialRuntime, provider: Provider): Promise<ProbedProvider> {
	const unusable = (reason: Message): ProbedProvider => ({ provider, usable: false, precision: null, reason });
	const present = runtime.listSupportedBackends().map(({ name }) => name);
	if (!present.includes(provider)) {
		const platform = `${process.platform}-${process.arch}`;
		return unusable(message('engine.device-not-built', { platform, present: present.join(', ') }));
	}
	try {
		const precision = trialPrecision(await product(runtime, provider));
		return precision
			? { provider, usable: true, precision, reason: null }
			: unusable(message('engine.device-wrong', {}));
	} catch (error) {
		return unusable(message('engine.device-refused', { reason: firstLine(error) }));
	}
}

async function product({ InferenceSession, Tensor }: TrialRuntime, provider: Provider): Promise<ArrayLike<number>> {
	const session = await InferenceSession.create(trialModel(), {
		executionProviders: [provider],
		intraOpNumThreads: 1,
		// Errors go to stderr, where they say what the exception leaves out, such as the library that is missing.
		logSeverityLevel: 3,
		...(provider === 'cpu' ? {} : { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
	});
	try {
		const { a, b } = trialFactors();
		const shape = [trialSize, trialSize];
		const outputs = await session.run({
			[trialNames.a]: new Tensor('float32', a, shape),
			[trialNames.b]: new Tensor('float32', b, shape),
		});
		const data = outputs[trialNames.product]?.data;
		return data instanceof Float32Array ? data : [];
	} finally {
		await session.release();
	}
}
