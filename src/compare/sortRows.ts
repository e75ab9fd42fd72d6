import type { ExampleColumns, PairList } from '../protocol/resultsView';

/** What the list can be sorted by. `row` is the columns' own order; `marginChange` is variant − base. */
export type SortKey =
	| 'row'
	| 'subject'
	| 'question'
	| 'gold'
	| 'basePrediction'
	| 'variantPrediction'
	| 'baseMargin'
	| 'variantMargin'
	| 'marginChange'
	| 'transition';

/** A number to sort a row by; NaN where it has no value. */
type RowNumber = (row: number) => number;

const sortNumber: Readonly<Record<SortKey, (list: PairList) => RowNumber>> = {
	row: () => row => row,
	subject: ({ example, examples }) => {
		const ranks = ranksOf(examples).subject;
		return row => ranks[examples.subject[example[row] ?? -1] ?? -1] ?? Number.NaN;
	},
	question: ({ example, examples }) => {
		const ranks = ranksOf(examples).question;
		return row => ranks[example[row] ?? -1] ?? Number.NaN;
	},
	gold: ({ gold }) => numbersOf(gold),
	basePrediction: ({ basePrediction }) => numbersOf(basePrediction),
	variantPrediction: ({ variantPrediction }) => numbersOf(variantPrediction),
	baseMargin: ({ baseMargin }) => numbersOf(baseMargin),
	variantMargin: ({ variantMargin }) => numbersOf(variantMargin),
	marginChange: ({ baseMargin, variantMargin }) => {
		const [base, variant] = [numbersOf(baseMargin), numbersOf(variantMargin)];
		return row => variant(row) - base(row);
	},
	transition: ({ transition }) => numbersOf(transition),
};

function numbersOf(column: { readonly [row: number]: number }): RowNumber {
	return row => column[row] ?? Number.NaN;
}

/**
 * Rows in the order of a column. Equal rows keep their order in both directions, and rows without a value come last in both.
 * Texts compare by UTF-16 unit, the same on every machine.
 */
export function sortRows(
	list: PairList,
	rows: Iterable<number>,
	by: SortKey,
	direction: 'ascending' | 'descending',
): Uint32Array {
	const given = Uint32Array.from(rows);
	if (by === 'row' && direction === 'ascending' && isAscending(given)) {
		return given;
	}
	const sign = direction === 'ascending' ? 1 : -1;
	const numberOf = sortNumber[by](list);
	const values = Float64Array.from(given, row => sign * numberOf(row));
	const places = Uint32Array.from(given, (_, place) => place);
	places.sort((a, b) => ascending(values[a] ?? 0, values[b] ?? 0) || a - b);
	return places.map(place => given[place] ?? 0);
}

function ascending(a: number, b: number): number {
	// An infinity less itself is NaN: comparisons, then, and not a difference.
	return a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function isAscending(rows: Uint32Array): boolean {
	return rows.every((row, i) => i === 0 || (rows[i - 1] ?? 0) <= row);
}

/** The order of the texts as numbers, equal texts having equal ones. */
interface Ranks {
	readonly question: Uint32Array;
	readonly subject: Uint32Array;
}

/** Made once for a run: comparing texts takes most of the time of a sort. */
const knownRanks = new WeakMap<ExampleColumns, Ranks>();

function ranksOf(examples: ExampleColumns): Ranks {
	let ranks = knownRanks.get(examples);
	if (!ranks) {
		ranks = { question: ranksOfTexts(examples.question), subject: ranksOfTexts(examples.subjects) };
		knownRanks.set(examples, ranks);
	}
	return ranks;
}

function ranksOfTexts(texts: readonly string[]): Uint32Array {
	const text = (place: number) => texts[place] ?? '';
	const order = Uint32Array.from(texts, (_, place) => place).sort((a, b) =>
		text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : a - b,
	);
	const ranks = new Uint32Array(texts.length);
	let rank = 0;
	order.forEach((place, i) => {
		const before = order[i - 1];
		if (before !== undefined && text(before) !== text(place)) {
			rank++;
		}
		ranks[place] = rank;
	});
	return ranks;
}
