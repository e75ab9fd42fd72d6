import type { CancellationToken } from '../../protocol/cancellation';
import type { Engine, WorkOptions } from '../contract';
import { CostFit } from './costModel';
import type { Plan, Step } from './plan';

/** Tokens of the measured steps: a short beginning, a long one, and what stands behind the long one. */
const short = 32;
const long = 256;

/**
 * Measures how long steps of three kinds take, so that the time of a plan can be told before it is worked on.
 * @param like Whose tokens are computed, repeated where there are too few.
 */
export async function calibrate(engine: Engine, like: Plan, token: CancellationToken): Promise<CostFit> {
	const fit = new CostFit();
	const tokens = someTokens(like);
	const step = (from: number, to: number, on: number | null, keep: number | null, request: number): Step => ({
		tokens: tokens.slice(from, to),
		parents: null,
		on,
		depth: from,
		keep,
		forget: [],
		reads: [{ at: to - from - 1, marks: [{ kind: 'read', request, continuation: 0, step: 0, token: tokens[0] ?? 0 }] }],
		write: null,
	});
	const steps = [
		// The first call of a session takes longer than those after it.
		step(0, short, null, null, 0),
		step(0, short, null, null, 1),
		step(0, long, null, 0, 2),
		step(long, long + short, 0, null, 3),
		step(long, 2 * long, 0, null, 4),
		{ ...step(0, short, null, null, 5), forget: [0] },
	];
	const plan: Plan = {
		settings: like.settings,
		steps,
		lengths: steps.map(() => [1]),
		counts: { ...like.counts, planned: 0 },
		cacheBytes: 0,
	};
	let isFirst = true;
	const onStep: WorkOptions['onStep'] = time => {
		if (!isFirst) {
			fit.add(time);
		}
		isFirst = false;
	};
	for await (const _ of engine.work(plan, { isDone: () => false, onStep, token })) {
		// The times are what this is for.
	}
	return fit;
}

function someTokens({ steps }: Plan): Int32Array {
	const tokens = new Int32Array(2 * long);
	let length = 0;
	while (length < tokens.length) {
		for (const step of steps) {
			const part = step.tokens.subarray(0, tokens.length - length);
			tokens.set(part, length);
			length += part.length;
		}
		if (steps.length === 0) {
			break;
		}
	}
	return tokens;
}
