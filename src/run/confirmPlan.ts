import type { WindowedEngine } from '../engine/planning/calibrate';
import type { Plan } from '../engine/planning/plan';
import { writingLeft } from '../engine/planning/writing';
import type { RequestId } from '../engine/requests';
import { measureTime } from './measureTime';
import { type EvaluateOptions, NotWanted } from './options';
import { smallestDifference } from './smallestDifference';

/** Below this, measuring would take longer than it is worth, in tokens that are computed or may be written. */
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
	engine: WindowedEngine,
	plan: Plan,
	{ model, examples, isDone }: ConfirmedPlan,
	{ onPlanned, token }: Pick<EvaluateOptions, 'onPlanned' | 'token'>,
): Promise<void> {
	const { naive } = plan.counts;
	const work = engine.left(plan, isDone);
	const { tokens } = work;
	const writing = writingLeft(plan, isDone);
	if (!onPlanned || tokens + writing.tokens < worthMeasuring) {
		return;
	}
	const time = await measureTime(engine, plan, { work, writing }, token);
	if (!(await onPlanned({ model, tokens, naive, ...time, smallestDifference: smallestDifference(examples) }))) {
		throw new NotWanted();
	}
}
