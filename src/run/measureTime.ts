import { calibrate, type WindowedEngine } from '../engine/planning/calibrate';
import type { Work } from '../engine/planning/costModel';
import type { Plan } from '../engine/planning/plan';
import type { Writing } from '../engine/planning/writing';
import type { CancellationToken } from '../protocol/cancellation';

/** How long the work of a plan takes: what is written at most counts in full, since nobody knows before how long texts get. */
export interface MeasuredTime {
	readonly seconds: number;
	/** Tokens that may be written, and how many of the seconds are theirs; null: none. */
	readonly writtenAtMost: { readonly tokens: number; readonly seconds: number } | null;
}

/** Tells the time of what is left of a plan after its costs were measured on the engine. */
export async function measureTime(
	engine: WindowedEngine,
	plan: Plan,
	{ work, writing }: { readonly work: Work; readonly writing: Writing },
	token: CancellationToken,
): Promise<MeasuredTime> {
	if (work.tokens === 0) {
		return { seconds: 0, writtenAtMost: null };
	}
	const { prompts, written } = await calibrate(engine, plan, writing, token);
	const seconds = prompts.estimate(work) ?? 0;
	if (writing.tokens === 0) {
		return { seconds, writtenAtMost: null };
	}
	const more = written * writing.passes;
	return { seconds: seconds + more, writtenAtMost: { tokens: writing.tokens, seconds: more } };
}
