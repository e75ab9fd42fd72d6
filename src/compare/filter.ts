import { message } from '../protocol/messages';
import type { Transition } from '../protocol/results';
import { type ExampleColumns, type PairList, transitions } from '../protocol/resultsView';
import {
	type Comparator,
	comparisons,
	FilterError,
	type FilterProblem,
	type FilterTerm,
	filterTerms,
} from './filterTokens';

/** Says of a row of some columns whether it is listed. */
type RowTest = (row: number) => boolean;

/** A filter that was understood; binding it to columns prepares what all rows share. */
export type Filter = (list: PairList) => RowTest;

export type ParsedFilter =
	| { readonly filter: Filter }
	/** The first problem, for the place where it is. */
	| { readonly problem: FilterProblem };

/** What `transition:` takes beside a transition's own name. */
const transitionGroups = {
	flip: ['right_to_wrong', 'wrong_to_right'],
	unchanged: ['both_right', 'both_wrong'],
} as const satisfies Record<string, readonly Transition[]>;

/** The words of the language, for completion: each field with an example. */
export const filterFields = {
	subject: 'subject:law',
	gold: 'gold:B',
	transition: 'transition:churn',
	margin: 'margin<0.1',
} as const;
type Field = keyof typeof filterFields;

/** The values of `transition:`. */
export const filterTransitions: readonly string[] = [...transitions, ...Object.keys(transitionGroups)];

/**
 * Understands the filter of the results list. All terms must hold:
 * - `word` or `"any text"`: the question contains it, upper and lower case alike;
 * - `subject:law`: the subject contains it, `_` and space alike;
 * - `gold:B`: the right answer;
 * - `transition:churn`: what happened; also `flip` (either way) and `unchanged`;
 * - `margin<0.1` (or `<=`, `>`, `>=`): the smaller distance from a tie of the two variants, min(|margin|), in nats;
 *   a row without a margin never matches;
 * - `-` in front negates a term.
 */
export function parseFilter(text: string): ParsedFilter {
	try {
		const terms = filterTerms(text).map(term => {
			const filter = termFilter(term);
			return term.negated ? not(filter) : filter;
		});
		return { filter: all(terms) };
	} catch (error) {
		if (error instanceof FilterError) {
			return { problem: error.problem };
		}
		throw error;
	}
}

/** The listed rows, in the columns' order. */
export function filterRows(list: PairList, filter: Filter): Uint32Array {
	const test = filter(list);
	const rows = new Uint32Array(list.example.length);
	let count = 0;
	for (let row = 0; row < rows.length; row++) {
		if (test(row)) {
			rows[count++] = row;
		}
	}
	return rows.slice(0, count);
}

function termFilter(term: FilterTerm): Filter {
	if (term.kind === 'text') {
		return questionFilter(term.text);
	}
	const { field, operator, value, valueStart, start, end } = term;
	if (!isField(field)) {
		const fields = Object.keys(filterFields).join(', ');
		const problem = message('compare.filter-unknown-field', { field, operator, fields });
		throw new FilterError({ message: problem, start, end });
	}
	const example = filterFields[field];
	const operators: readonly string[] = field === 'margin' ? comparisons : [':'];
	if (!operators.includes(operator)) {
		const params = { field, operators: operators.map(each => `\`${each}\``).join(', '), example };
		throw new FilterError({ message: message('compare.filter-operator', params), start, end });
	}
	if (value === '') {
		const params = { start: `${field}${operator}`, example };
		throw new FilterError({ message: message('compare.filter-no-value', params), start, end });
	}
	const at = { start: valueStart, end };
	switch (field) {
		case 'subject':
			return subjectFilter(value);
		case 'gold':
			return goldFilter(value, at);
		case 'transition':
			return transitionFilter(value, at);
		case 'margin':
			// The operator was checked to be one of the comparisons.
			return marginFilter(operator as Comparator, value, at);
	}
}

function isField(name: string): name is Field {
	return Object.hasOwn(filterFields, name);
}

type At = Pick<FilterProblem, 'start' | 'end'>;

function goldFilter(value: string, at: At): Filter {
	if (!/^[a-z]$/i.test(value)) {
		throw new FilterError({ message: message('compare.filter-gold', { value }), ...at });
	}
	const index = value.toUpperCase().charCodeAt(0) - 'A'.charCodeAt(0);
	return columns => row => columns.gold[row] === index;
}

function transitionFilter(value: string, at: At): Filter {
	const name = filterTransitions.find(known => known === value.toLowerCase());
	if (!name) {
		const values = filterTransitions.join(', ');
		throw new FilterError({ message: message('compare.filter-transition', { value, values }), ...at });
	}
	const group: readonly string[] = Object.hasOwn(transitionGroups, name)
		? transitionGroups[name as keyof typeof transitionGroups]
		: [name];
	const wanted = transitions.map(transition => group.includes(transition));
	return columns => row => wanted[columns.transition[row] ?? -1] ?? false;
}

const comparators: Readonly<Record<Comparator, (a: number, b: number) => boolean>> = {
	'<': (a, b) => a < b,
	'<=': (a, b) => a <= b,
	'>': (a, b) => a > b,
	'>=': (a, b) => a >= b,
};

function marginFilter(operator: Comparator, value: string, at: At): Filter {
	const bound = /^(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : Number.NaN;
	if (Number.isNaN(bound)) {
		const params = { value, example: filterFields.margin };
		throw new FilterError({ message: message('compare.filter-margin', params), ...at });
	}
	const holds = comparators[operator];
	return columns => row => holds(leastMargin(columns, row), bound);
}

/** The smaller of the two distances from a tie, of those that are known; NaN, which compares with nothing, where none is. */
function leastMargin({ baseMargin, variantMargin }: PairList, row: number): number {
	const base = Math.abs(baseMargin[row] ?? Number.NaN);
	const variant = Math.abs(variantMargin[row] ?? Number.NaN);
	return Number.isNaN(base) ? variant : Number.isNaN(variant) ? base : Math.min(base, variant);
}

/** Questions in small letters, made once for a run: a person types a filter letter by letter. */
const foldedQuestions = new WeakMap<ExampleColumns, readonly string[]>();

function questionFilter(text: string): Filter {
	const wanted = folded(text);
	return ({ example, examples }) => {
		const questions = foldedQuestions.get(examples) ?? examples.question.map(folded);
		foldedQuestions.set(examples, questions);
		return row => (questions[example[row] ?? -1] ?? '').includes(wanted);
	};
}

function subjectFilter(text: string): Filter {
	const wanted = spaced(text);
	return ({ example, examples: { subject, subjects } }) => {
		const listed = subjects.map(one => spaced(one).includes(wanted));
		// What has no subject is asked for as an empty one.
		const none = wanted === '';
		return row => listed[subject[example[row] ?? -1] ?? -1] ?? none;
	};
}

function folded(text: string): string {
	return text.toLowerCase();
}

function spaced(subject: string): string {
	return folded(subject).replaceAll('_', ' ');
}

function not(filter: Filter): Filter {
	return columns => {
		const test = filter(columns);
		return row => !test(row);
	};
}

function all(filters: readonly Filter[]): Filter {
	return columns => {
		const tests = filters.map(filter => filter(columns));
		return row => tests.every(test => test(row));
	};
}
