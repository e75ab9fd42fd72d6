import type { Format } from '../config/format';
import type { Result } from '../protocol/results';
import type { Sample } from '../protocol/sample';
import { aggregate } from './statistics/aggregate';
import { wilson95 } from './statistics/intervals';
import { mean } from './statistics/mean';
import { recallSpread } from './statistics/recall';

/** What a row of the results table says beside what follows from its samples. */
export interface SummaryContext {
	readonly model: string;
	readonly variant: string;
	/** Rows left out as bad. */
	readonly skipped: number;
	/** Samples that failed. */
	readonly errors: number;
	/** The second figure, which the implementation itself reports. */
	readonly aggregate: Format['aggregate'];
}

/** The row of the results table for the samples of one model under one variant, in any order. */
export function summarise(samples: readonly Sample[], context: SummaryContext): Result {
	const n = samples.length;
	const right = samples.filter(sample => sample.correct).length;
	const second = context.aggregate && aggregateFigure(samples, context.aggregate);
	const accNorm = meanCorrectNorm(samples);
	return {
		model: context.model,
		variant: context.variant,
		n,
		skipped: context.skipped,
		errors: context.errors,
		accuracy: n === 0 ? null : right / n,
		ci95: wilson95(right, n),
		label_mass: meanLabelMass(samples),
		...(second === null ? {} : { aggregate: second }),
		...(accNorm === null || context.aggregate === 'acc_norm' ? {} : { acc_norm: accNorm }),
		answers: answers(samples),
		rstd: recallSpreadInPoints(samples),
		truncated: samples.filter(sample => sample.truncated).length,
	};
}

/** Over the samples in which labels are scored; null where there are none. */
function meanLabelMass(samples: readonly Sample[]): number | null {
	const masses = samples.flatMap(({ label_mass }) => (label_mass === null ? [] : [label_mass]));
	return masses.length === 0 ? null : mean(masses);
}

type Aggregate = NonNullable<Result['aggregate']>;

/** Null where the samples do not determine the figure: there are none, or no lengths decided. */
function aggregateFigure(samples: readonly Sample[], name: NonNullable<Format['aggregate']>): Aggregate | null {
	const value = {
		micro: () => aggregate(subjects(samples)).micro,
		macro: () => aggregate(subjects(samples)).macro,
		acc_norm: () => meanCorrectNorm(samples) ?? Number.NaN,
	}[name]();
	return Number.isNaN(value) ? null : { name, value };
}

/** Null where there are no samples, or one has no prediction by length. */
function meanCorrectNorm(samples: readonly Sample[]): number | null {
	return samples.length > 0 && samples.every(sample => sample.correct_norm !== undefined)
		? mean(samples.map(sample => Number(sample.correct_norm)))
		: null;
}

function subjects(samples: readonly Sample[]): { right: number; n: number }[] {
	const groups = new Map<string | null, { right: number; n: number }>();
	for (const sample of samples) {
		const group = groups.get(sample.subject) ?? { right: 0, n: 0 };
		groups.set(sample.subject, { right: group.right + Number(sample.correct), n: group.n + 1 });
	}
	return [...groups.values()];
}

/** Counts by choice, then of no choice. Questions may differ in the number of choices. */
function answers(samples: readonly Sample[]): number[] {
	const choices = choiceCount(samples);
	const counts = new Array<number>(choices + 1).fill(0);
	for (const { prediction } of samples) {
		const place = prediction ?? choices;
		counts[place] = (counts[place] ?? 0) + 1;
	}
	return counts;
}

/** RStd in percentage points; null where fewer than two labels are ever right, so that there is nothing to spread. */
function recallSpreadInPoints(samples: readonly Sample[]): number | null {
	const chosen = samples.flatMap(({ gold, correct, prediction }) =>
		// Where equal choices are all right, another index than gold can be correct: recall counts what is right.
		gold === null ? [] : [{ gold, pred: correct ? gold : (prediction ?? -1) }],
	);
	const gold = chosen.map(sample => sample.gold);
	const pred = chosen.map(sample => sample.pred);
	const { recalls, rstdPop } = recallSpread(gold, pred, choiceCount(samples));
	return recalls.filter(recall => recall !== null).length < 2 ? null : 100 * rstdPop;
}

function choiceCount(samples: readonly Sample[]): number {
	return samples.reduce((most, sample) => Math.max(most, sample.continuations.length), 0);
}
