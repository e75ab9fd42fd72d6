import type { WorkOptions } from '../contract';
import type { Answer } from '../requests';
import type { ComputeRequest, ComputeResult } from '../wire';
import { AnswerCollector } from './answers';
import type { Plan, Step } from './plan';

/** Computes one step. Steps are worked on in the order in which they are asked for. */
export type ComputeStep = (request: ComputeRequest) => Promise<ComputeResult>;

/** While one step is computed, the next already waits. */
const underWayAtMost = 2;

/**
 * Works through a plan, step by step, without what serves answers alone that are not wanted. Who reads slowly slows it
 * down: no more than two steps are ever under way.
 */
export async function* workThrough(plan: Plan, compute: ComputeStep, options: WorkOptions): AsyncGenerator<Answer> {
	const needed = neededSteps(plan, options.isDone);
	const collector = new AnswerCollector(plan.lengths);
	const underWay: { readonly step: Step; readonly result: Promise<ComputeResult> }[] = [];
	let forget: number[] = [];
	const first = async () => {
		const one = underWay.shift();
		if (!one) {
			return [];
		}
		const { step } = one;
		const result = await one.result;
		options.onStep?.({ tokens: step.tokens.length, depth: step.depth, seconds: result.seconds });
		const answers = collector.take(step.reads, result.reads);
		if (step.write && result.written) {
			answers.push({ kind: 'written', request: step.write.request, result: result.written });
		}
		return answers.filter(({ request }) => !options.isDone(request));
	};
	for (const step of plan.steps) {
		// What is left out keeps nothing, but may be where something is to be given up.
		forget.push(...step.forget);
		if (needed.has(step)) {
			const result = compute(requestOf(step, forget));
			// Whoever stops reading early leaves steps behind that nobody awaits.
			result.catch(() => {});
			underWay.push({ step, result });
			forget = [];
		}
		if (underWay.length >= underWayAtMost) {
			yield* await first();
		}
	}
	while (underWay.length > 0) {
		yield* await first();
	}
}

/** The steps that wanted answers are read from, and those that they stand on. */
export function neededSteps({ steps }: Plan, isDone: WorkOptions['isDone']): Set<Step> {
	const needed = new Set<Step>();
	const stoodOn = new Set<number>();
	for (const step of [...steps].reverse()) {
		const isAsked =
			(step.write !== null && !isDone(step.write.request)) ||
			step.reads.some(({ marks }) => marks.some(({ request }) => !isDone(request)));
		if (isAsked || (step.keep !== null && stoodOn.has(step.keep))) {
			needed.add(step);
			if (step.on !== null) {
				stoodOn.add(step.on);
			}
		}
	}
	return needed;
}

function requestOf({ tokens, parents, on, keep, reads, write }: Step, forget: readonly number[]): ComputeRequest {
	return {
		tokens,
		parents,
		on,
		keep,
		forget,
		reads: reads.map(({ at, marks }) => ({ at, tokens: marks.map(({ token }) => token) })),
		write: write?.options ?? null,
	};
}
