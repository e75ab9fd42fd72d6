import * as onnxRuntime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { probeProvider, type TrialRuntime } from './probe';
import { trialFactors, trialPrecision, trialProduct, trialSize } from './trial';

/** ONNX Runtime with other providers: the CPU computes for them, or they fail as told. */
function runtimeWith(providers: Record<string, (product: Float32Array) => ArrayLike<number>>): TrialRuntime {
	const created: unknown[] = [];
	return {
		Tensor: onnxRuntime.Tensor,
		listSupportedBackends: () => Object.keys(providers).map(name => ({ name, bundled: true })),
		InferenceSession: {
			async create(model: Uint8Array, options: onnxRuntime.InferenceSession.SessionOptions) {
				created.push(options);
				const [name] = options.executionProviders ?? [];
				const session = await onnxRuntime.InferenceSession.create(model, { executionProviders: ['cpu'] });
				return {
					async run(feeds: onnxRuntime.InferenceSession.FeedsType) {
						const { c } = await session.run(feeds);
						// The graph's product is float32.
						return { c: { data: providers[String(name)]?.(c?.data as Float32Array) } };
					},
					release: () => session.release(),
				};
			},
			// A trial uses no more of it than this.
		} as unknown as TrialRuntime['InferenceSession'],
	};
}

describe('a trial', () => {
	it('finds the real CPU usable and exact', async () => {
		expect(await probeProvider(onnxRuntime, 'cpu')).toEqual({
			provider: 'cpu',
			usable: true,
			precision: 'single',
			reason: null,
		});
	});

	it('says what the build has where it lacks the provider', async () => {
		const provider = process.platform === 'win32' ? 'coreml' : 'dml';
		const { reason } = await probeProvider(onnxRuntime, provider);
		expect(reason).toMatchObject({
			code: 'engine.device-not-built',
			params: { present: expect.stringContaining('cpu') },
		});
	});

	it('hands on why a provider refuses', async () => {
		const runtime = runtimeWith({
			webgpu: () => {
				throw new Error('/src/context.cc:136 Initialize() adapter was false. No supported adapters\n  stack');
			},
		});
		expect((await probeProvider(runtime, 'webgpu')).reason).toEqual({
			code: 'engine.device-refused',
			params: { reason: 'No supported adapters' },
		});
	});

	it('tells single precision from less, and less from wrong', async () => {
		const runtime = runtimeWith({
			cuda: product => product,
			webgpu: product => product.map(value => value * (1 + 2 ** -11)),
			dml: product => product.map(value => value * 2),
			coreml: product => product.subarray(1),
		});
		const found = async (provider: 'cuda' | 'webgpu' | 'dml' | 'coreml') => {
			const { usable, precision, reason } = await probeProvider(runtime, provider);
			return [usable, precision, reason?.code ?? null];
		};
		expect(await found('cuda')).toEqual([true, 'single', null]);
		expect(await found('webgpu')).toEqual([true, 'reduced', null]);
		expect(await found('dml')).toEqual([false, null, 'engine.device-wrong']);
		expect(await found('coreml')).toEqual([false, null, 'engine.device-wrong']);
	});
});

describe('the product of the trial', () => {
	/** TF32 keeps 10 bits behind the leading one of each factor; so does float16 of these numbers. */
	const rounded = (value: number) => Math.round(value * 2 ** 10) / 2 ** 10;

	function multiplied(a: Float32Array, b: Float32Array, ofTerm: (term: number) => number, order: 1 | -1) {
		return Float32Array.from({ length: trialSize * trialSize }, (_, i) => {
			let sum = 0;
			for (let k = 0; k < trialSize; k++) {
				const at = order === 1 ? k : trialSize - 1 - k;
				const row = Math.floor(i / trialSize) * trialSize;
				const term = (a[row + at] ?? 0) * (b[at * trialSize + (i % trialSize)] ?? 0);
				sum = Math.fround(sum + Math.fround(ofTerm(term)));
			}
			return sum;
		});
	}

	it('is one number in float32, whatever the order', () => {
		const { a, b } = trialFactors();
		for (const order of [1, -1] as const) {
			expect(multiplied(a, b, term => term, order)).toEqual(trialProduct());
		}
	});

	it('shows factors that were rounded to 11 bits', () => {
		const { a, b } = trialFactors();
		expect(trialPrecision(multiplied(a.map(rounded), b, term => term, 1))).toBe('reduced');
	});

	it('is none where there are values that are not numbers', () => {
		expect(trialPrecision(trialProduct().fill(Number.NaN))).toBeNull();
		expect(trialPrecision([])).toBeNull();
	});
});
