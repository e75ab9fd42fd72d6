import type { Format } from '../config/format';
import type { Result } from '../protocol/results';
import { noChoice, placesOf, type SampleColumns, unknown } from './sampleColumns';
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

/**
 * The row of the results table for the samples of one model under one variant.
 * @param subjects The subject of each place.
 */
export function summarise(
	samples: SampleColumns,
	subjects: readonly (string | null)[],
	context: SummaryContext,
): Result {
	const places = placesOf(samples);
	const n = places.length;
	const right = places.filter(place => samples.correct[place] === 1).length;
	const accNorm = meanCorrectNorm(samples, places);
	const second = context.aggregate && aggregateFigure(samples, places, subjects, context.aggregate);
	return {
		model: context.model,
		variant: context.variant,
		n,
		skipped: context.skipped,
		errors: context.errors,
		accuracy: n === 0 ? null : right / n,
		ci95: wilson95(right, n),
		label_mass: meanLabelMass(samples, places),
		...(second === null ? {} : { aggregate: second }),
		...(accNorm === null || context.aggregate === 'acc_norm' ? {} : { acc_norm: accNorm }),
		answers: answers(samples, places),
		rstd: recallSpreadInPoints(samples, places),
		truncated: places.filter(place => samples.truncated[place] === 1).length,
	};
}

type Places = readonly number[];

/** Over the samples in which labels are scored; null where there are none. */
function meanLabelMass({ labelMass }: SampleColumns, places: Places): number | null {
	const masses = places.map(place => labelMass[place] ?? Number.NaN).filter(mass => !Number.isNaN(mass));
	return masses.length === 0 ? null : mean(masses);
}

type Aggregate = NonNullable<Result['aggregate']>;

/** Null where the samples do not determine the figure: there are none, or no lengths decided. */
function aggregateFigure(
	samples: SampleColumns,
	places: Places,
	subjects: readonly (string | null)[],
	name: NonNullable<Format['aggregate']>,
): Aggregate | null {
	const value = {
		micro: () => aggregate(bySubject(samples, places, subjects)).micro,
		macro: () => aggregate(bySubject(samples, places, subjects)).macro,
		acc_norm: () => meanCorrectNorm(samples, places) ?? Number.NaN,
	}[name]();
	return Number.isNaN(value) ? null : { name, value };
}

/** Null where there are no samples, or one has no prediction by length. */
function meanCorrectNorm({ correctNorm }: SampleColumns, places: Places): number | null {
	return places.length > 0 && places.every(place => correctNorm[place] !== unknown)
		? mean(places.map(place => correctNorm[place] ?? 0))
		: null;
}

function bySubject(
	{ correct }: SampleColumns,
	places: Places,
	subjects: readonly (string | null)[],
): { right: number; n: number }[] {
	const groups = new Map<string | null, { right: number; n: number }>();
	for (const place of places) {
		const subject = subjects[place] ?? null;
		const group = groups.get(subject) ?? { right: 0, n: 0 };
		group.right += correct[place] ?? 0;
		group.n++;
		groups.set(subject, group);
	}
	return [...groups.values()];
}

/** Counts by choice, then of no choice. Questions may differ in the number of choices. */
function answers({ prediction, ...samples }: SampleColumns, places: Places): number[] {
	const choices = choiceCount(samples, places);
	const counts = new Array<number>(choices + 1).fill(0);
	for (const place of places) {
		const answer = prediction[place] ?? noChoice;
		const at = answer === noChoice ? choices : answer;
		counts[at] = (counts[at] ?? 0) + 1;
	}
	return counts;
}

/** RStd in percentage points; null where fewer than two labels are ever right, so that there is nothing to spread. */
function recallSpreadInPoints(samples: SampleColumns, places: Places): number | null {
	const chosen = places.filter(place => samples.gold[place] !== noChoice);
	const gold = chosen.map(place => samples.gold[place] ?? noChoice);
	// Where equal choices are all right, another index than gold can be correct: recall counts what is right.
	const pred = chosen.map(
		(place, i) => (samples.correct[place] === 1 ? gold[i] : samples.prediction[place]) ?? noChoice,
	);
	const { recalls, rstdPop } = recallSpread(gold, pred, choiceCount(samples, places));
	return recalls.filter(recall => recall !== null).length < 2 ? null : 100 * rstdPop;
}

function choiceCount({ choices }: Pick<SampleColumns, 'choices'>, places: Places): number {
	return places.reduce((most, place) => Math.max(most, choices[place] ?? 0), 0);
}
