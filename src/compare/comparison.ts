import type { Comparison, Transition } from '../protocol/results';
import type { Sample } from '../protocol/sample';
import { missingCount, pairSamples } from './pairing';
import { mcnemar } from './statistics/mcnemar';
import { benjaminiHochberg } from './statistics/multiplicity';
import { pairedDiff } from './statistics/pairedDiff';
import { transitionOf } from './transition';

/** The samples of one variant under one model. */
export interface VariantSamples {
	readonly name: string;
	readonly samples: readonly Sample[];
}

/**
 * Compares each variant with the base on the examples that both have, one comparison for each of `others`, in their order.
 * @throws Failure where an example stands twice in one list.
 */
export function compareVariants(model: string, base: VariantSamples, others: readonly VariantSamples[]): Comparison[] {
	const compared = others.map(variant => compareOne(model, base, variant));
	const tested = compared.filter(comparison => comparison.p_value !== null);
	const adjusted = benjaminiHochberg(tested.map(comparison => comparison.p_value ?? 1));
	const adjustedOf = new Map(tested.map((comparison, i) => [comparison, adjusted[i] ?? null]));
	return compared.map(comparison => ({ ...comparison, p_adjusted: adjustedOf.get(comparison) ?? null }));
}

function compareOne(model: string, base: VariantSamples, variant: VariantSamples): Comparison {
	const pairing = pairSamples(base.samples, variant.samples);
	const counts: Record<Exclude<Transition, 'missing'>, number> = {
		right_to_wrong: 0,
		wrong_to_right: 0,
		churn: 0,
		both_right: 0,
		both_wrong: 0,
	};
	for (const pair of pairing.pairs) {
		counts[transitionOf(pair)]++;
	}
	const n = pairing.pairs.length;
	const { diff, ci95 } = pairedDiff(
		pairing.pairs.map(pair => Number(pair.base.correct)),
		pairing.pairs.map(pair => Number(pair.variant.correct)),
	);
	return {
		model,
		base: base.name,
		variant: variant.name,
		n,
		delta: n === 0 ? null : diff,
		// One pair has no variance to estimate.
		ci95: n < 2 ? null : ci95,
		p_value: n === 0 ? null : mcnemar(counts.right_to_wrong, counts.wrong_to_right).exact,
		p_adjusted: null,
		right_to_wrong: counts.right_to_wrong,
		wrong_to_right: counts.wrong_to_right,
		churn: counts.churn,
		missing: missingCount(pairing),
	};
}
