import type { Comparison, Interval, Result } from '../protocol/results';
import { table } from './table';
import { printable } from './terminal';

const header = [
	'variant',
	'n',
	'accuracy',
	'95 % interval',
	'Δ to base',
	'p (adjusted)',
	'right→wrong',
	'wrong→right',
	'churn',
	'label mass',
	'RStd',
];

/** The comparison table of a run, a block a model. */
export function resultsTable(results: readonly Result[], comparisons: readonly Comparison[]): string {
	const models = [...new Set(results.map(result => result.model))];
	return models
		.map(model => {
			const rows = results.filter(result => result.model === model).map(result => row(result, comparisons));
			return `${printable(model)}\n${table(header, rows, new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))}`;
		})
		.join('\n');
}

function row(result: Result, comparisons: readonly Comparison[]): string[] {
	const comparison = comparisons.find(one => one.model === result.model && one.variant === result.variant);
	return [
		printable(result.variant),
		String(result.n),
		percent(result.accuracy),
		result.ci95 ? `${percent(result.ci95[0])} – ${percent(result.ci95[1])}` : '–',
		...(comparison ? comparisonCells(comparison) : ['base', '', '', '', '']),
		result.label_mass === null ? '–' : `${result.label_mass < 0.5 ? '⚠ ' : ''}${result.label_mass.toFixed(2)}`,
		result.rstd === null ? '–' : result.rstd.toFixed(1),
	];
}

/** The comparisons alone, which may have another base than the run's. */
export function comparisonsTable(comparisons: readonly Comparison[]): string {
	const models = [...new Set(comparisons.map(one => one.model))];
	return models
		.map(model => {
			const rows = comparisons
				.filter(one => one.model === model)
				.map(one => [printable(one.variant), String(one.n), ...comparisonCells(one), String(one.missing)]);
			const base = comparisons.find(one => one.model === model)?.base ?? '';
			const titles = [`variant (base: ${printable(base)})`, 'pairs', ...header.slice(4, 9), 'missing'];
			return `${printable(model)}\n${table(titles, rows, new Set([1, 2, 3, 4, 5, 6, 7]))}`;
		})
		.join('\n');
}

function comparisonCells(comparison: Comparison): string[] {
	return [
		delta(comparison.delta, comparison.ci95),
		comparison.p_adjusted === null ? '–' : pValue(comparison.p_adjusted),
		String(comparison.right_to_wrong),
		String(comparison.wrong_to_right),
		String(comparison.churn),
	];
}

function percent(value: number | null): string {
	return value === null ? '–' : `${(100 * value).toFixed(1)} %`;
}

function delta(value: number | null, interval: Interval | null): string {
	if (value === null || interval === null) {
		return '–';
	}
	const sign = value > 0 ? '+' : value < 0 ? '−' : '±';
	return `${sign}${Math.abs(100 * value).toFixed(1)} ± ${(50 * (interval[1] - interval[0])).toFixed(1)} pts`;
}

function pValue(p: number): string {
	return p < 0.001 ? '< .001' : p.toFixed(3).replace(/^0/, '');
}
