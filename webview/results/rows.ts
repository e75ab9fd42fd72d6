import { type Filter, filterRows, parseFilter } from '../../src/compare/filter';
import { type SortKey, sortRows } from '../../src/compare/sortRows';
import type { PairList } from '../../src/protocol/resultsView';
import { isBoolean, isString, storedMember } from '../state';
import { sentence } from '../text';
import { type Bucket, inBucket } from './buckets';

export interface Sort {
	readonly column: SortKey;
	readonly descending: boolean;
}

/** The order of the slice. */
export const noSort: Sort = { column: 'row', descending: false };

/** A header's click: ascending, descending, then the slice's order again. */
export function nextSort({ column, descending }: Sort, clicked: SortKey): Sort {
	if (column !== clicked) {
		return { column: clicked, descending: false };
	}
	return descending ? noSort : { column, descending: true };
}

export function isSort(value: unknown): value is Sort {
	const column = storedMember(value, 'column', isString, '');
	return Object.hasOwn(sortKeys, column) && storedMember(value, 'descending', isBoolean, null) !== null;
}

const sortKeys: Readonly<Record<SortKey, null>> = {
	row: null,
	subject: null,
	question: null,
	gold: null,
	basePrediction: null,
	variantPrediction: null,
	baseMargin: null,
	variantMargin: null,
	marginChange: null,
	transition: null,
};

/** What the list shows: rows of the columns in order, of how many, and why the filter could not be understood. */
export interface RowQuery {
	readonly rows: Uint32Array;
	readonly of: number;
	readonly error: string | null;
}

const everything: Filter = () => () => true;

/** A filter that cannot be understood, as while it is being typed, hides nothing. */
export function selectRows(columns: PairList | null, bucket: Bucket, query: string, sort: Sort): RowQuery {
	if (!columns) {
		return { rows: new Uint32Array(), of: 0, error: null };
	}
	const parsed = parseFilter(query);
	const matching = filterRows(columns, 'filter' in parsed ? parsed.filter : everything);
	const rows = matching.filter(row => inBucket(bucket, columns.transition[row] ?? -1));
	return {
		rows: sortRows(columns, rows, sort.column, sort.descending ? 'descending' : 'ascending'),
		of: columns.example.length,
		error: 'problem' in parsed ? sentence(parsed.problem.message) : null,
	};
}
