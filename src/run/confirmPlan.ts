import type { Engine } from '../engine/contract';
import { calibrate } from '../engine/planning/calibrate';
import type { Plan } from '../engine/planning/plan';
import type { RequestId } from '../engine/requests';
import { type EvaluateOptions, NotWanted } from './options';
import { smallestDifference } from './smallestDifference';

/** Below this, measuring would take longer than it is worth, in tokens. */
const worthMeasuring = 20_000;

export interface ConfirmedPlan {
	readonly model: string;
	readonly examples: number;
	/** Of requests that are answered already. */
	readonly isDone: (request: RequestId) => boolean;
}

/**
 * Tells what a run that has just begun will take, so that a person can think better of it.
 * @throws NotWanted where they do.
 */
export async function confirmPlan(
	engine: Engine,
	plan: Plan,
	{ model, examples, isDone }: ConfirmedPlan,
	{ onPlanned, token }: Pick<EvaluateOptions, 'onPlanned' | 'token'>,
): Promise<void> {
	const { naive } = plan.counts;
	const work = engine.left(plan, isDone);
	const { tokens } = work;
	if (!onPlanned || tokens < worthMeasuring) {
		return;
	}
	const fit = await calibrate(engine, plan, token);
	const seconds = fit.estimate(work) ?? 0;
	if (!(await onPlanned({ model, tokens, naive, seconds, smallestDifference: smallestDifference(examples) }))) {
		throw new NotWanted();
	}
}
