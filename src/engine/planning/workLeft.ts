import type { WorkOptions } from '../contract';
import { noWork, plusStep, type Work } from './costModel';
import type { Plan } from './plan';
import { neededSteps } from './workThrough';

/** What has to be computed for the answers of a plan that are still wanted. */
export function workLeft(plan: Plan, isDone: WorkOptions['isDone']): Work {
	let work = noWork;
	for (const { tokens, depth } of neededSteps(plan, isDone)) {
		work = plusStep(work, { tokens: tokens.length, depth });
	}
	return work;
}
