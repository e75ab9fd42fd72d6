import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Plan } from '../engine/planning/plan';
import { planRequests } from '../engine/planning/planRequests';
import { RequestTrie } from '../engine/planning/requestTrie';
import { workLeft } from '../engine/planning/workLeft';
import type { RunProgress } from './progress';
import { trackRun } from './tracker';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

/** `count` samples of one request each, whose prompts share nothing and grow. */
function planOf(count: number): Plan {
	const trie = new RequestTrie();
	for (let n = 0; n < count; n++) {
		const context = Array.from({ length: 10 + n }, (_, i) => 1000 * n + i);
		trie.add({ requests: [{ context, prefix: 0, continuations: [[1]] }] });
	}
	return planRequests(trie, {
		chunking: 'whole',
		trees: false,
		pieceTokens: 256,
		longestPiece: 512,
		cacheBytesPerToken: 1,
		cacheBudget: 1000,
	});
}

const perToken = 0.01;

function tracked(total: number, before = 0) {
	const told: RunProgress[] = [];
	const tracker = trackRun({ total, before, onProgress: progress => void told.push(progress) });
	const last = () => told.at(-1) ?? expect.fail('nothing was told');
	/** Works on a step, which ends a sample. */
	const work = ({ tokens, depth }: Plan['steps'][number]) => {
		tracker.step({ tokens: tokens.length, depth, seconds: perToken * tokens.length });
		tracker.sample('m', 'v');
		return last();
	};
	return { tracker, told, last, work };
}

const nothing = () => false;

describe('the time that is left', () => {
	it('is not known before something was computed', () => {
		const { tracker, last } = tracked(20);
		tracker.plan(workLeft(planOf(20), nothing), 20);
		tracker.phase('scoring', 'm');
		expect(last()).toMatchObject({ phase: 'scoring', model: 'm', done: 0, total: 20, secondsLeft: null });
	});

	it('falls with the work that is done, to nothing', () => {
		const { tracker, work } = tracked(20);
		const plan = planOf(20);
		tracker.plan(workLeft(plan, nothing), 20);
		tracker.phase('scoring', 'm');
		let left = plan.counts.planned;
		let before = Number.POSITIVE_INFINITY;
		for (const step of plan.steps) {
			const { secondsLeft } = work(step);
			left -= step.tokens.length;
			expect(secondsLeft).toBeCloseTo(perToken * left, 6);
			expect(secondsLeft).toBeLessThan(before);
			before = secondsLeft ?? Number.NaN;
		}
		expect(before).toBeCloseTo(0, 6);
	});

	it('is that of what is asked alone where a run goes on', () => {
		const { tracker, work } = tracked(20, 15);
		const plan = planOf(20);
		tracker.plan(
			workLeft(plan, request => request < 15),
			5,
		);
		tracker.phase('scoring', 'm');
		const [first, ...others] = plan.steps.slice(15);
		const left = others.reduce((sum, { tokens }) => sum + tokens.length, 0);
		const progress = work(first ?? expect.fail('no step'));
		expect(progress).toMatchObject({ done: 16, total: 20 });
		expect(progress.secondsLeft).toBeCloseTo(perToken * left, 6);
	});

	it('takes models that come later to need as long for a sample', () => {
		const { tracker, work } = tracked(60);
		const plan = planOf(20);
		tracker.plan(workLeft(plan, nothing), 20);
		tracker.phase('scoring', 'm');
		let left = plan.counts.planned;
		for (const [i, step] of plan.steps.slice(0, 19).entries()) {
			const { secondsLeft } = work(step);
			left -= step.tokens.length;
			const ahead = 19 - i;
			// 40 samples of two other models, beside those that are ahead of this one.
			expect(secondsLeft).toBeCloseTo(perToken * left * (1 + 40 / ahead), 6);
		}
		// Nothing of this one is left to compare them with.
		expect(work(plan.steps[19] ?? expect.fail('no step')).secondsLeft).toBeNull();
	});

	it('is told of nothing but scoring', () => {
		const { tracker, work, last } = tracked(4);
		const plan = planOf(4);
		tracker.plan(workLeft(plan, nothing), 4);
		tracker.phase('scoring', 'm');
		plan.steps.slice(0, 3).map(work);
		tracker.phase('writing', null);
		expect(last()).toMatchObject({ phase: 'writing', model: null, variant: null, secondsLeft: null });
	});
});

describe('what is told', () => {
	it('counts samples, those of earlier sittings among them', () => {
		const { tracker, last } = tracked(20, 7);
		expect(tracker.done).toBe(7);
		tracker.sample('m', 'helm');
		expect(tracker.done).toBe(8);
		expect(last()).toMatchObject({ done: 8, total: 20, model: 'm', variant: 'helm' });
	});

	it('says how many prompts are made, ten times a second at most', () => {
		const { tracker, told } = tracked(1000);
		tracker.phase('planning', 'm');
		for (let count = 1; count <= 1000; count++) {
			tracker.asked(count);
			vi.advanceTimersByTime(1);
		}
		const planned = told.flatMap(progress => progress.planned ?? []);
		expect(planned.length).toBeGreaterThanOrEqual(8);
		expect(planned.length).toBeLessThanOrEqual(10);
		expect(planned.every((count, i) => count > (planned[i - 1] ?? 0))).toBe(true);
		tracker.phase('loading', 'm');
		expect(told.at(-1)).not.toHaveProperty('planned');
	});

	it('has run.json written every two seconds', () => {
		const { tracker } = tracked(100);
		const due: number[] = [];
		for (let i = 0; i < 100; i++) {
			vi.advanceTimersByTime(100);
			if (tracker.sample('m', 'v')) {
				due.push(i);
			}
		}
		expect(due).toEqual([19, 39, 59, 79, 99]);
	});

	it('says that the engine says nothing, until it does', () => {
		const { tracker, last } = tracked(10);
		tracker.phase('scoring', 'm');
		tracker.silence(20);
		expect(last()).toMatchObject({ silentFor: 20, phase: 'scoring', model: 'm' });
		tracker.silence(21);
		expect(last()).toMatchObject({ silentFor: 21 });
		tracker.silence(null);
		expect(last()).not.toHaveProperty('silentFor');
	});
});
