import type { Comparison, Transition } from '../protocol/results';
import { transitionAt } from './pairing';
import type { SampleColumns } from './sampleColumns';
import { mcnemar } from './statistics/mcnemar';
import { benjaminiHochberg } from './statistics/multiplicity';
import { pairedDiff } from './statistics/pairedDiff';

/** The samples of one variant under one model; the places of all that are compared are the same examples. */
export interface VariantSamples {
	readonly name: string;
	readonly samples: SampleColumns;
}

/** Compares each variant with the base on the examples that both have, one comparison for each of `others`, in their order. */
export function compareVariants(model: string, base: VariantSamples, others: readonly VariantSamples[]): Comparison[] {
	const compared = others.map(variant => compareOne(model, base, variant));
	const tested = compared.filter(comparison => comparison.p_value !== null);
	const adjusted = benjaminiHochberg(tested.map(comparison => comparison.p_value ?? 1));
	const adjustedOf = new Map(tested.map((comparison, i) => [comparison, adjusted[i] ?? null]));
	return compared.map(comparison => ({ ...comparison, p_adjusted: adjustedOf.get(comparison) ?? null }));
}

function compareOne(model: string, base: VariantSamples, variant: VariantSamples): Comparison {
	const counts: Record<Transition, number> = {
		right_to_wrong: 0,
		wrong_to_right: 0,
		churn: 0,
		both_right: 0,
		both_wrong: 0,
		missing: 0,
	};
	const ofBase: number[] = [];
	const ofVariant: number[] = [];
	for (let place = 0; place < base.samples.row.length; place++) {
		const transition = transitionAt(base.samples, variant.samples, place);
		if (transition === null) {
			continue;
		}
		counts[transition]++;
		if (transition !== 'missing') {
			ofBase.push(base.samples.correct[place] ?? 0);
			ofVariant.push(variant.samples.correct[place] ?? 0);
		}
	}
	const n = ofBase.length;
	const { diff, ci95 } = pairedDiff(ofBase, ofVariant);
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
		missing: counts.missing,
	};
}
