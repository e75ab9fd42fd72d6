import { type PairChoice, type PairColumns, transitions } from '../protocol/resultsView';
import type { Sample } from '../protocol/sample';
import { marginOf } from './margin';
import { type KeyedSample, pairSamples } from './pairing';
import { transitionOf } from './transition';

/** What a row of the list needs of a sample. */
export type ListedSample = KeyedSample & Pick<Sample, 'subject' | 'gold' | 'prediction' | 'correct' | 'logprobs'>;

/** Predictions that are no index of a choice. */
const noChoice = -1;
const noSample = -2;

export const questionLength = 200;

/**
 * The list of examples of two variants as columns: the base's examples in its order, then those of the variant alone.
 * Where the row behind a key changed between the two, the base's sample is shown and the variant's is missing.
 * @param questionText The question behind a key; its first 200 characters are kept.
 * @throws Failure where an example stands twice in one list.
 */
export function pairColumns(
	base: readonly ListedSample[],
	variant: readonly ListedSample[],
	questionText: (key: string) => string,
	choice: PairChoice,
): PairColumns {
	const { pairs, onlyVariant } = pairSamples(base, variant);
	const partners = new Map(pairs.map(pair => [pair.base, pair.variant]));
	const rows: { base?: ListedSample; variant?: ListedSample; shown: ListedSample }[] = [
		...base.map(sample => {
			const partner = partners.get(sample);
			return { base: sample, shown: sample, ...(partner && { variant: partner }) };
		}),
		...onlyVariant.map(sample => ({ variant: sample, shown: sample })),
	];
	return {
		model: choice.model,
		base: choice.base,
		variant: choice.variant,
		key: rows.map(row => row.shown.key),
		subject: rows.map(row => row.shown.subject),
		question: rows.map(row => firstCharacters(questionText(row.shown.key), questionLength)),
		gold: Int16Array.from(rows, row => row.shown.gold ?? noChoice),
		basePrediction: Int16Array.from(rows, row => predictionOf(row.base)),
		variantPrediction: Int16Array.from(rows, row => predictionOf(row.variant)),
		baseMargin: Float32Array.from(rows, row => marginOrNaN(row.base)),
		variantMargin: Float32Array.from(rows, row => marginOrNaN(row.variant)),
		transition: Uint8Array.from(rows, row =>
			transitions.indexOf(row.base && row.variant ? transitionOf({ base: row.base, variant: row.variant }) : 'missing'),
		),
	};
}

function predictionOf(sample: ListedSample | undefined): number {
	return sample ? (sample.prediction ?? noChoice) : noSample;
}

function marginOrNaN(sample: ListedSample | undefined): number {
	return (sample && marginOf(sample)) ?? Number.NaN;
}

/** Whole code points: half a pair would show as another character. */
export function firstCharacters(text: string, count: number): string {
	return text.length <= count ? text : [...text.slice(0, 2 * count)].slice(0, count).join('');
}
