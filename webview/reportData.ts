import { type ListedSample, pairColumns } from '../src/compare/columns';
import { diffPrompts } from '../src/compare/diff/diffPrompts';
import type { ReportColumn, ReportData, ReportSample } from '../src/protocol/reportData';
import type { ResultsSource, SampleView } from '../src/protocol/resultsView';

/** Answers the results view from the data of a report's own page. */
export function reportSource({ overview, texts, examples, columns }: ReportData): ResultsSource {
	const indexOfKey = new Map(examples.map(({ key }, i) => [key, i]));
	const columnOf = (model: string, variant: string) =>
		columns.find(column => column.model === model && column.variant === variant);

	const listed = (column: ReportColumn | undefined): ListedSample[] =>
		examples.flatMap(({ key, subject, gold }, i) => {
			const sample = column?.samples[i];
			if (!column || !sample) {
				return [];
			}
			const { prediction, correct, logprobs } = sample;
			const { model, variant } = column;
			// One report is one run: a key stands for one row, and needs no hash to guard it.
			return [{ key, content_hash: '', model, variant, subject, gold, prediction, correct, logprobs }];
		});

	const view = (column: ReportColumn | undefined, example: number): SampleView | null => {
		const sample: ReportSample | null | undefined = column?.samples[example];
		return column && sample
			? {
					...sample,
					variant: column.variant,
					segments: sample.segments.map(segment => ({ ...segment, text: texts[segment.text] ?? '' })),
				}
			: null;
	};

	return {
		overview: async () => overview,
		columns: async choice =>
			pairColumns(
				listed(columnOf(choice.model, choice.base)),
				listed(columnOf(choice.model, choice.variant)),
				key => examples[indexOfKey.get(key) ?? -1]?.question ?? '',
				choice,
			),
		async pair({ model, base, variant, key }) {
			const index = indexOfKey.get(key) ?? -1;
			const example = examples[index];
			if (!example) {
				throw new Error(`no example ${key}`);
			}
			const [a, b] = [view(columnOf(model, base), index), view(columnOf(model, variant), index)];
			const { subject, gold, choices } = example;
			const diff = a && b && diffPrompts(a.segments, b.segments);
			return { key, subject, gold, choices, base: a, variant: b, diff };
		},
	};
}
