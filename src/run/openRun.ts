import { exampleColumns, pairColumns } from '../compare/columns';
import { compareVariants } from '../compare/comparison';
import { diffPrompts } from '../compare/diff/diffPrompts';
import { transitionAt } from '../compare/pairing';
import { summarise } from '../compare/summary';
import { inputFailure } from '../protocol/failure';
import type { Segment } from '../protocol/prompt';
import type { Comparison, Result, Transition } from '../protocol/results';
import type {
	ExampleColumns,
	PairChoice,
	PairView,
	ResultsSource,
	SampleScores,
	SampleView,
} from '../protocol/resultsView';
import type { Sample } from '../protocol/sample';
import { countErrors, type ErrorCount } from './errorFile';
import { isLocked } from './lock';
import type { ExampleLine } from './readSamples';
import type { RunRecord } from './record';
import { type PlaceRange, recordedSample, recordedSamples, type SampleWithPrompt } from './recordedSamples';
import { readRecord } from './runFolder';
import { runHeader } from './runHeader';
import { SampleTable } from './sampleTable';
import type { VariantTable } from './variantTable';

/** A run folder as read: what it says, and what follows from its samples. Prompts stay on the disk until asked for. */
export interface OpenRun extends ResultsSource {
	readonly dir: string;
	readonly record: RunRecord;
	readonly results: readonly Result[];
	readonly comparisons: readonly Comparison[];
	/** In the order of the slice. */
	readonly exampleLines: readonly ExampleLine[];
	/** The question behind a key. */
	example(key: string): ExampleLine | undefined;
	/** The sample of an example under a variant, with its prompt. */
	sample(model: string, variant: string, key: string): Promise<SampleWithPrompt | undefined>;
	/** Samples with their prompts: models and variants in the evaluation's order, examples in the slice's, all or some. */
	samples(range?: PlaceRange): AsyncGenerator<SampleWithPrompt>;
	/** The samples of one variant, likewise. */
	samplesOf(model: string, variant: string): AsyncGenerator<SampleWithPrompt>;
	/** What became of one example between two variants; null where neither has a sample of it. */
	transition(pair: PairChoice & { readonly key: string }): Transition | null;
	/** Comparisons with another base than the first variant. */
	comparisonsTo(base: string): readonly Comparison[];
	/** The run as it is now: of its samples, only those that came since are read. This one is not to be used after that. */
	reread(): Promise<OpenRun>;
}

/**
 * Reads a run, finished or not.
 * @param known The record, where the caller has a newer one than the disk.
 */
export async function openRun(dir: string, known?: RunRecord): Promise<OpenRun> {
	const record = known ?? (await recordOf(dir));
	return runOf(record, await SampleTable.read(dir, record.total), await countErrors(dir));
}

async function recordOf(dir: string): Promise<RunRecord> {
	const record = await readRecord(dir);
	if (!record) {
		throw inputFailure('run.not-a-run', { folder: dir });
	}
	return record;
}

async function runOf(record: RunRecord, table: SampleTable, errors: ErrorCount): Promise<OpenRun> {
	const { dir, examples } = table;
	const variants = record.evaluation.variants.map(variant => variant.name);
	const models = record.evaluation.models.map(model => model.name);
	const of = (model: string, variant: string): VariantTable => {
		if (!models.includes(model)) {
			throw inputFailure('run.unknown-model', { model, models: models.join(', ') });
		}
		if (!variants.includes(variant)) {
			throw inputFailure('run.unknown-variant', { variant, variants: variants.join(', ') });
		}
		return table.of(model, variant);
	};
	const tables = models.flatMap(model => variants.map(variant => of(model, variant)));
	const named = (model: string, name: string) => ({ name, samples: of(model, name).columns });
	const comparisonsTo = (base: string) =>
		models.flatMap(model =>
			compareVariants(
				model,
				named(model, base),
				variants.filter(name => name !== base).map(name => named(model, name)),
			),
		);
	const sample = async (model: string, variant: string, key: string) =>
		recordedSample(table, of(model, variant), table.placeOf(key) ?? -1);
	const results = resultsOf(record, tables, examples, errors);
	const comparisons = comparisonsTo(variants[0] ?? '');
	const interrupted = record.state === 'running' && !(await isLocked(dir));
	const all = { from: 0, to: examples.length };
	let listed: ExampleColumns | undefined;

	return {
		dir,
		record,
		results,
		comparisons,
		exampleLines: examples,
		example: key => examples[table.placeOf(key) ?? -1],
		sample,
		samples: (range = all) => recordedSamples(table, tables, range),
		samplesOf: (model, variant) => recordedSamples(table, [of(model, variant)], all),
		transition: ({ model, base, variant, key }) =>
			transitionAt(of(model, base).columns, of(model, variant).columns, table.placeOf(key) ?? -1),
		comparisonsTo,
		reread: async () => {
			const now = await recordOf(dir);
			return runOf(now, await table.reread(now.total), await countErrors(dir));
		},
		overview: async () => ({
			header: runHeader(record, interrupted, examples),
			variants: record.evaluation.variants.map(({ name, preset }) => ({ name, preset })),
			results,
			comparisons,
		}),
		examples: async () => {
			listed ??= exampleColumns(examples);
			return listed;
		},
		columns: async choice => {
			const columns = (variant: string) => of(choice.model, variant).columns;
			return pairColumns(columns(choice.base), columns(choice.variant), choice);
		},
		async pair({ model, base, variant, key }): Promise<PairView> {
			const example = examples[table.placeOf(key) ?? -1];
			if (!example) {
				throw inputFailure('run.unknown-example', { key });
			}
			return pairView(example, await sample(model, base, key), await sample(model, variant, key));
		},
	};
}

function resultsOf(
	{ evaluation, dataset }: RunRecord,
	tables: readonly VariantTable[],
	examples: readonly ExampleLine[],
	errors: ErrorCount,
) {
	const subjects = examples.map(({ subject }) => subject);
	const formats = new Map(evaluation.variants.map(({ name, format }) => [name, format]));
	return tables.map(({ model, variant, columns }) =>
		summarise(columns, subjects, {
			model,
			variant,
			skipped: dataset.skipped.length,
			errors: errors(model, variant),
			aggregate: formats.get(variant)?.aggregate ?? null,
		}),
	);
}

function pairView(example: ExampleLine, a: SampleWithPrompt | undefined, b: SampleWithPrompt | undefined): PairView {
	return {
		key: example.key,
		subject: example.subject,
		gold: goldOf(a?.sample, b?.sample, example),
		choices: example.choices,
		base: a ? sampleView(a) : null,
		variant: b ? sampleView(b) : null,
		diff: a && b ? diffPrompts(a.segments, b.segments) : null,
	};
}

function sampleView({ sample, segments }: { sample: Sample; segments: readonly Segment[] }): SampleView {
	return { variant: sample.variant, segments, ...sampleScores(sample) };
}

/** Samples know better than the example: a format may have its own right answer, or none among the choices. */
function goldOf(a: Sample | undefined, b: Sample | undefined, { answer }: ExampleLine): number | null {
	return a || b ? (a?.gold ?? b?.gold ?? null) : answer;
}

/** What is shown of a sample beside its prompt. */
export function sampleScores(sample: Sample): SampleScores {
	return {
		nTokens: sample.n_tokens,
		truncated: sample.truncated,
		continuations: sample.continuations,
		logprobs: sample.logprobs,
		labelMass: sample.label_mass,
		prediction: sample.prediction,
		correct: sample.correct,
		...(sample.generated === undefined ? {} : { generated: sample.generated }),
		...(sample.target === undefined ? {} : { target: sample.target }),
	};
}
