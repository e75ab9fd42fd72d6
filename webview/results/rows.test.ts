import { describe, expect, test } from 'vitest';
import type { PairList } from '../../src/protocol/resultsView';
import { bucketCounts, bucketFor, buckets, inBucket } from './buckets';
import { isSort, nextSort, noSort, selectRows } from './rows';

const columns: PairList = {
	model: 'm',
	base: 'a',
	variant: 'b',
	example: Uint32Array.of(0, 1, 2, 3, 4, 5),
	examples: {
		key: ['test/0', 'test/1', 'test/2', 'test/3', 'test/4', 'test/5'],
		subjects: ['law', 'history'],
		subject: Int32Array.of(0, 0, -1, 1, 0, 0),
		question: ['one', 'two', 'three', 'four', 'five', 'six'],
	},
	gold: Int16Array.of(0, 1, 2, 3, 0, 1),
	basePrediction: Int16Array.of(0, 0, 0, 3, 1, -2),
	variantPrediction: Int16Array.of(1, 1, 1, 3, 1, 1),
	baseMargin: Float32Array.of(0.5, -0.5, -1, 2, -1, Number.NaN),
	variantMargin: Float32Array.of(-0.5, 0.5, -2, 1, -1, 1),
	transition: Uint8Array.of(0, 1, 2, 3, 4, 5),
};

const rowsOf = (...query: Parameters<typeof selectRows>) => [...selectRows(...query).rows];

describe('buckets', () => {
	test('every example is in all, and in one of the exclusive ones', () => {
		expect(bucketCounts(columns.transition)).toEqual({
			all: 6,
			flips: 2,
			right_to_wrong: 1,
			wrong_to_right: 1,
			churn: 1,
			unchanged: 2,
			missing: 1,
		});
	});

	test('counts agree with membership', () => {
		const counts = bucketCounts(columns.transition);
		for (const bucket of buckets) {
			expect([...columns.transition].filter(code => inBucket(bucket, code))).toHaveLength(counts[bucket]);
		}
	});

	test('commands ask by transition', () => {
		expect([bucketFor('both_wrong'), bucketFor('flips'), bucketFor('churn')]).toEqual(['unchanged', 'flips', 'churn']);
	});
});

describe('selectRows', () => {
	test('chip and filter both hold', () => {
		expect(rowsOf(columns, 'all', '', noSort)).toEqual([0, 1, 2, 3, 4, 5]);
		expect(rowsOf(columns, 'unchanged', 'subject:law', noSort)).toEqual([4]);
	});

	test('sorted rows without a value come last', () => {
		expect(rowsOf(columns, 'all', '', { column: 'baseMargin', descending: true }).at(-1)).toBe(5);
		expect(rowsOf(columns, 'all', '', { column: 'baseMargin', descending: false }).at(-1)).toBe(5);
	});

	test('a filter that cannot be understood hides nothing and says why', () => {
		const { rows, error } = selectRows(columns, 'all', 'margin<much', noSort);
		expect(rows).toHaveLength(6);
		expect(error).toContain('much');
	});

	test('before there are columns there are no rows', () => {
		expect(selectRows(null, 'all', '', noSort)).toEqual({ rows: new Uint32Array(), of: 0, error: null });
	});
});

test('a header sorts up, down, and then not', () => {
	const up = nextSort(noSort, 'gold');
	const down = nextSort(up, 'gold');
	expect([up, down, nextSort(down, 'gold')]).toEqual([
		{ column: 'gold', descending: false },
		{ column: 'gold', descending: true },
		noSort,
	]);
});

test('a stored order of another version is no order', () => {
	expect([noSort, { column: 'constructor', descending: true }, { column: 'gold' }, null].map(isSort)).toEqual([
		true,
		false,
		false,
		false,
	]);
});
