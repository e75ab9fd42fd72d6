import { exampleColumns, pairColumns } from '../src/compare/columns';
import { diffPrompts } from '../src/compare/diff/diffPrompts';
import { emptyColumns, type SampleColumns, setSample } from '../src/compare/sampleColumns';
import { logprobFromJson } from '../src/protocol/json';
import type { Segment } from '../src/protocol/prompt';
import type { ReportData, ReportSample } from '../src/protocol/reportData';
import type { ResultsSource, SampleView } from '../src/protocol/resultsView';

/** Answers the results view from the data of a report's own page. */
export function reportSource({ overview, examples, columns, samples, segments }: ReportData): ResultsSource {
	const listed = exampleColumns(examples);
	const indexOfKey = new Map(examples.map(({ key }, i) => [key, i]));
	const segmentLines = lazily(() => linesOf(segments));
	const variants = columns.map((column, i) => {
		const lines = lazily(() => linesOf(samples[i] ?? ''));
		const sample = (example: number): ReportSample | null => {
			const line = lines()[example];
			return line ? readSample(line) : null;
		};
		return { ...column, sample, columns: lazily(() => columnsOf(examples.length, sample)) };
	});
	const find = (model: string, variant: string) =>
		variants.find(column => column.model === model && column.variant === variant);
	const nothing = emptyColumns(examples.length);

	const view = (variant: string, sample: ReportSample | null | undefined): SampleView | null =>
		sample
			? {
					...sample,
					variant,
					// Lines of the page's own data, which the report's builder made of segments.
					segments: sample.segments.map(line => JSON.parse(segmentLines()[line] ?? '') as Segment),
				}
			: null;

	return {
		overview: async () => overview,
		examples: async () => listed,
		columns: async choice => {
			const of = (variant: string) => find(choice.model, variant)?.columns() ?? nothing;
			return pairColumns(of(choice.base), of(choice.variant), choice);
		},
		async pair({ model, base, variant, key }) {
			const index = indexOfKey.get(key) ?? -1;
			const example = examples[index];
			if (!example) {
				throw new Error(`no example ${key}`);
			}
			const [ofBase, ofVariant] = [find(model, base)?.sample(index), find(model, variant)?.sample(index)];
			const [a, b] = [view(base, ofBase), view(variant, ofVariant)];
			const { subject, choices } = example;
			// Samples know better than the example: a format may have its own right answer.
			const gold = ofBase || ofVariant ? (ofBase?.gold ?? ofVariant?.gold ?? null) : example.gold;
			const diff = a && b && diffPrompts(a.segments, b.segments);
			return { key, subject, gold, choices, base: a, variant: b, diff };
		},
	};
}

/** One report is one run: a key stands for one row. */
const onlyRow = 0;

function columnsOf(places: number, sample: (example: number) => ReportSample | null): SampleColumns {
	const columns = emptyColumns(places);
	for (let place = 0; place < places; place++) {
		const one = sample(place);
		if (one) {
			setSample(columns, place, onlyRow, { ...one, label_mass: one.labelMass });
		}
	}
	return columns;
}

function readSample(line: string): ReportSample {
	// A line of the page's own data, as above.
	const sample = JSON.parse(line) as ReportSample;
	return { ...sample, logprobs: sample.logprobs.map(logprobFromJson) };
}

/** No lines are an empty text, and so is one empty line: either way there is nothing to read. */
function linesOf(text: string): readonly string[] {
	return text.split('\n');
}

/** What is computed when it is first asked for. */
function lazily<T>(compute: () => T): () => T {
	let known: { readonly value: T } | undefined;
	return () => {
		known ??= { value: compute() };
		return known.value;
	};
}
