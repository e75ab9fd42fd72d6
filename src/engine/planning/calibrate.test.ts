import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { enginePath } from '../../../test/buildEngine';
import { decoderEngine } from '../../../test/decoderEngine';
import { root } from '../../../test/paths';
import { neverCancelled } from '../../protocol/cancellation';
import type { Engine } from '../contract';
import { startLocalEngine } from '../localEngine';
import { historyDecoder } from '../process/historyDecoder';
import type { ComputeRequest } from '../wire';
import { calibrate, type WindowedEngine } from './calibrate';
import type { StepTime, Work } from './costModel';
import { RequestTrie } from './requestTrie';
import type { Writing } from './writing';

const nothing: Writing = { tokens: 0, passes: 0, depth: 0 };

/** Seconds: a step, a token, a pair. */
const [a, b, c] = [0.004, 0.0018, 3e-7];
const secondsOf = ({ steps, tokens, pairs }: Work) => a * steps + b * tokens + c * pairs;
const work = { steps: 40, tokens: 9000, pairs: 1e6 };

function planOf(engine: Engine) {
	const trie = new RequestTrie();
	trie.add({ requests: [{ context: [1, 2, 3, 4, 5], prefix: 0, continuations: [[1]] }] });
	return engine.plan(trie);
}

/** Computes as any other, and has steps of any length take what they are said to take. */
function timedEngine(disturbed: (step: number) => boolean = () => false, window = 2048) {
	const asked: ComputeRequest[] = [];
	const engine = decoderEngine(historyDecoder(), { onCompute: request => void asked.push(request) });
	const timed: WindowedEngine = {
		...engine,
		info: { window },
		work(plan, options) {
			let step = 0;
			const onStep = ({ tokens, depth }: StepTime) => {
				const seconds = secondsOf({ steps: 1, tokens, pairs: tokens * (depth + tokens / 2) });
				options.onStep?.({ tokens, depth, seconds: seconds * (disturbed(step++) ? 50 : 1) });
			};
			return engine.work(plan, { ...options, onStep });
		},
	};
	return { engine: timed, asked };
}

describe('calibration', () => {
	it('learns what prompts take, and measures no writing where there is none', async () => {
		// The first call of a session is no measure.
		const { engine, asked } = timedEngine(step => step === 0);
		const { prompts, written } = await calibrate(engine, planOf(engine), nothing, neverCancelled);
		expect(prompts.estimate(work)).toBeCloseTo(secondsOf(work), 6);
		expect(written).toBe(0);
		expect(asked.map(({ tokens }) => tokens.length)).toEqual([32, 32, 256, 32, 256, 32]);
	});

	it('stays within what the model can attend to', async () => {
		const { engine, asked } = timedEngine(step => step === 0, 100);
		const { prompts } = await calibrate(engine, planOf(engine), nothing, neverCancelled);
		expect(prompts.estimate(work)).toBeCloseTo(secondsOf(work), 6);
		expect(asked.map(({ tokens }) => tokens.length)).toEqual([7, 7, 50, 7, 50, 7]);
	});

	it.each([1, 300, 512, 513, 2000])('measures the writing of a token behind %i others', async depth => {
		// The first calls of a kind are no measure.
		const { engine, asked } = timedEngine(step => step === 0 || step === 5 + Math.ceil(depth / 512));
		const writing = { tokens: 2560, passes: 2550, depth };
		const { prompts, written } = await calibrate(engine, planOf(engine), writing, neverCancelled);
		expect(written).toBeCloseTo(secondsOf({ steps: 1, tokens: 1, pairs: depth + 0.5 }), 9);
		expect(prompts.estimate(work)).toBeCloseTo(secondsOf(work), 6);
		expect(Math.max(...asked.map(({ tokens }) => tokens.length))).toBeLessThanOrEqual(512);
		const kept = new Set<number>();
		for (const { forget, keep } of asked) {
			for (const id of forget) {
				kept.delete(id);
			}
			kept.add(keep ?? -1);
		}
		expect([...kept]).toEqual([-1]);
	});

	it('measures both on a model', async () => {
		const engine = await startLocalEngine(
			{
				folder: path.join(root, 'test/fixtures/tiny-decoder/full-logits'),
				dtype: null,
				device: 'cpu',
				threads: 1,
				enginePath: await enginePath(),
				hasNvidiaDriver: () => false,
			},
			neverCancelled,
		);
		try {
			const writing = { tokens: 40, passes: 36, depth: 30.4 };
			const { prompts, written } = await calibrate(engine, planOf(engine), writing, neverCancelled);
			expect(prompts.estimate(work)).toBeGreaterThan(0);
			expect(written).toBeGreaterThan(0);
			expect(written).toBeLessThan(10);
		} finally {
			engine.dispose();
		}
	});
});
