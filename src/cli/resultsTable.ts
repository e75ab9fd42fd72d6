import type { Comparison, Interval, Result } from '../protocol/results';
import type { ResultsOverview } from '../protocol/resultsView';
import { table } from './table';
import { printable } from './terminal';

const comparisonTitles = ['Δ to base', 'p (adjusted)', 'right→wrong', 'wrong→right', 'churn'];

/** What was run, and the comparison table of each model. */
export function resultsTable({ header, variants, results, comparisons }: ResultsOverview): string {
	const { dataset } = header;
	const data = `${dataset.path} @ ${short(dataset.revision)} · ${dataset.split} · ${dataset.examples} examples`;
	const titles = [
		'variant',
		'format',
		'n',
		'accuracy',
		'95 % interval',
		...comparisonTitles,
		'label mass',
		'RStd',
		'format’s own figure',
	];
	const models = [...new Set(results.map(result => result.model))];
	const blocks = models.map(name => {
		const model = header.models.find(one => one.name === name);
		const details = model ? ` @ ${short(model.revision)} · ${model.dtype} · ${model.engine} · ${model.device}` : '';
		const rows = results
			.filter(result => result.model === name)
			.map(result => {
				const preset = variants.find(variant => variant.name === result.variant)?.preset ?? 'own';
				const comparison = comparisons.find(one => one.model === name && one.variant === result.variant);
				return resultCells(result, preset, comparison);
			});
		return `${printable(name + details)}\n${table(titles, rows, 2)}`;
	});
	return [`${printable(data)}\n`, ...blocks].join('\n');
}

function resultCells(result: Result, preset: string, comparison: Comparison | undefined): string[] {
	return [
		printable(result.variant),
		preset,
		String(result.n),
		percent(result.accuracy),
		result.ci95 ? `${percent(result.ci95[0])} – ${percent(result.ci95[1])}` : '–',
		...(comparison ? comparisonCells(comparison) : ['base', '', '', '', '']),
		result.label_mass === null ? '–' : `${result.label_mass < 0.5 ? '⚠ ' : ''}${result.label_mass.toFixed(2)}`,
		result.rstd === null ? '–' : result.rstd.toFixed(1),
		result.aggregate ? `${result.aggregate.name} ${percent(result.aggregate.value)}` : '',
	];
}

/** The comparisons alone, which may have another base than the run's. */
export function comparisonsTable(comparisons: readonly Comparison[]): string {
	const models = [...new Set(comparisons.map(one => one.model))];
	const blocks = models.map(model => {
		const own = comparisons.filter(one => one.model === model);
		const rows = own.map(one => [printable(one.variant), String(one.n), ...comparisonCells(one), String(one.missing)]);
		const titles = [`variant (base: ${printable(own[0]?.base ?? '')})`, 'pairs', ...comparisonTitles, 'missing'];
		return `${printable(model)}\n${table(titles, rows, 1)}`;
	});
	return blocks.join('\n');
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

/** As much of a revision as people compare by eye. */
function short(revision: string): string {
	return revision.slice(0, 7);
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
