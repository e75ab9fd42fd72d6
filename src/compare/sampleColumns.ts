import type { Sample } from '../protocol/sample';
import { marginOf } from './margin';

/** What tables and lists need of a sample. */
export type ListedSample = Pick<
	Sample,
	'prediction' | 'gold' | 'correct' | 'correct_norm' | 'logprobs' | 'label_mass' | 'truncated' | 'continuations'
>;

/** Predictions that are no index of a choice. */
export const noChoice = -1;
export const noSample = -2;

/** `SampleColumns.row` of a place without a sample. */
export const noRow = -1;
/** A truth value that a sample does not have. */
export const unknown = -1;

/**
 * The samples of one model under one variant as columns, a place for each example of the run: some 30 bytes a sample.
 * Places without a sample have `noRow`, and nothing else there counts.
 */
export interface SampleColumns {
	/** Which row of the data stood behind the example's key: equal numbers at one place are equal rows, 0 is the run's own. */
	readonly row: Int32Array;
	readonly prediction: Int16Array;
	/** −1 where there is none among the choices. */
	readonly gold: Int16Array;
	readonly correct: Int8Array;
	/** By the format's second normalisation; `unknown` where it has none. */
	readonly correctNorm: Int8Array;
	readonly truncated: Uint8Array;
	/** How many choices were scored. */
	readonly choices: Uint16Array;
	/** Log-probability of gold − best other in nats; NaN where there is none. */
	readonly margin: Float32Array;
	/** NaN where nothing is scored. */
	readonly labelMass: Float64Array;
}

export function emptyColumns(places: number): SampleColumns {
	return {
		row: new Int32Array(places).fill(noRow),
		prediction: new Int16Array(places).fill(noSample),
		gold: new Int16Array(places),
		correct: new Int8Array(places),
		correctNorm: new Int8Array(places),
		truncated: new Uint8Array(places),
		choices: new Uint16Array(places),
		margin: new Float32Array(places),
		labelMass: new Float64Array(places),
	};
}

/** The same samples with more places behind them. */
export function withPlaces(columns: SampleColumns, places: number): SampleColumns {
	const wider = emptyColumns(places);
	for (const name of columnNames) {
		wider[name].set(columns[name]);
	}
	return wider;
}

/** In the order of their alignment: the widest first. */
export const columnNames = [
	'labelMass',
	'row',
	'margin',
	'prediction',
	'gold',
	'choices',
	'correct',
	'correctNorm',
	'truncated',
] as const satisfies readonly (keyof SampleColumns)[];

/** Puts a sample into its place. */
export function setSample(columns: SampleColumns, place: number, row: number, sample: ListedSample): void {
	columns.row[place] = row;
	columns.prediction[place] = sample.prediction ?? noChoice;
	columns.gold[place] = sample.gold ?? noChoice;
	columns.correct[place] = Number(sample.correct);
	columns.correctNorm[place] = sample.correct_norm === undefined ? unknown : Number(sample.correct_norm);
	columns.truncated[place] = Number(sample.truncated);
	columns.choices[place] = sample.continuations.length;
	columns.margin[place] = marginOf(sample) ?? Number.NaN;
	columns.labelMass[place] = sample.label_mass ?? Number.NaN;
}

/** The places that have a sample. */
export function placesOf({ row }: SampleColumns): number[] {
	const places: number[] = [];
	for (let place = 0; place < row.length; place++) {
		if (row[place] !== noRow) {
			places.push(place);
		}
	}
	return places;
}
