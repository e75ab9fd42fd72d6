import { type ExampleColumns, type PairChoice, type PairColumns, transitions } from '../protocol/resultsView';
import { transitionAt } from './pairing';
import { noRow, noSample, type SampleColumns } from './sampleColumns';

export const questionLength = 200;

/** What a list shows of an example. */
export interface ListedExample {
	readonly key: string;
	readonly subject: string | null;
	readonly question: string;
}

/** The questions of a run as columns; of each question its first 200 characters. */
export function exampleColumns(examples: readonly ListedExample[]): ExampleColumns {
	const subjects = new Map<string, number>();
	const code = (subject: string | null) => {
		if (subject === null) {
			return -1;
		}
		const known = subjects.get(subject) ?? subjects.size;
		subjects.set(subject, known);
		return known;
	};
	return {
		key: examples.map(({ key }) => key),
		subject: Int32Array.from(examples, ({ subject }) => code(subject)),
		subjects: [...subjects.keys()],
		question: examples.map(({ question }) => firstCharacters(question, questionLength)),
	};
}

/**
 * The examples of two variants as columns, in the order of the slice. Where the row behind a key changed between the two,
 * the base's sample is shown and the variant's is missing.
 */
export function pairColumns(base: SampleColumns, variant: SampleColumns, choice: PairChoice): PairColumns {
	const places = listedPlaces(base, variant);
	const ofBase = places.map(place => (base.row[place] === noRow ? -1 : place));
	const ofVariant = places.map((place, i) => {
		const row = variant.row[place];
		return row === noRow || (ofBase[i] !== -1 && row !== base.row[place]) ? -1 : place;
	});
	return {
		model: choice.model,
		base: choice.base,
		variant: choice.variant,
		example: Uint32Array.from(places),
		gold: Int16Array.from(places, (place, i) => (ofBase[i] === -1 ? variant : base).gold[place] ?? 0),
		basePrediction: Int16Array.from(ofBase, place => base.prediction[place] ?? noSample),
		variantPrediction: Int16Array.from(ofVariant, place => variant.prediction[place] ?? noSample),
		baseMargin: Float32Array.from(ofBase, place => base.margin[place] ?? Number.NaN),
		variantMargin: Float32Array.from(ofVariant, place => variant.margin[place] ?? Number.NaN),
		transition: Uint8Array.from(places, place => transitions.indexOf(transitionAt(base, variant, place) ?? 'missing')),
	};
}

function listedPlaces(base: SampleColumns, variant: SampleColumns): number[] {
	const places: number[] = [];
	for (let place = 0; place < base.row.length; place++) {
		if (base.row[place] !== noRow || variant.row[place] !== noRow) {
			places.push(place);
		}
	}
	return places;
}

/** Whole code points: half a pair would show as another character. */
export function firstCharacters(text: string, count: number): string {
	return text.length <= count ? text : [...text.slice(0, 2 * count)].slice(0, count).join('');
}
