import { pairColumns } from '../compare/columns';
import { compareVariants } from '../compare/comparison';
import { diffPrompts } from '../compare/diff/diffPrompts';
import { summarise } from '../compare/summary';
import type { BadRow } from '../data/dataset';
import { inputFailure } from '../protocol/failure';
import { type Message, message } from '../protocol/messages';
import type { Prompt } from '../protocol/prompt';
import type { Comparison, Result } from '../protocol/results';
import type {
	PairChoice,
	PairColumns,
	PairView,
	ResultsOverview,
	ResultsSource,
	SampleScores,
	SampleView,
} from '../protocol/resultsView';
import type { Sample } from '../protocol/sample';
import { isLocked } from './lock';
import { type ExampleLine, readExamples, readRecorded } from './readSamples';
import type { RunRecord } from './record';
import { readRecord } from './runFolder';

/** A run folder as read: what it says, and what follows from its samples. */
export interface OpenRun extends ResultsSource {
	readonly dir: string;
	readonly record: RunRecord;
	readonly results: readonly Result[];
	readonly comparisons: readonly Comparison[];
	readonly samples: readonly Sample[];
	readonly examples: ReadonlyMap<string, ExampleLine>;
	/** The prompt of a sample, its segments' texts looked up. */
	prompt(sample: Sample): Prompt;
	/** The sample of an example under a variant. */
	sample(model: string, variant: string, key: string): Sample | undefined;
	/** Comparisons with another base than the first variant. */
	comparisonsTo(base: string): readonly Comparison[];
}

/**
 * Reads a run, finished or not.
 * @param known The record, where the caller has a newer one than the disk.
 */
export async function openRun(dir: string, known?: RunRecord): Promise<OpenRun> {
	const record = known ?? (await readRecord(dir));
	if (!record) {
		throw inputFailure('run.not-a-run', { folder: dir });
	}
	const { samples, segments } = await readRecorded(dir);
	const exampleLines = await readExamples(dir);
	const examples = new Map(exampleLines.map(line => [line.key, line]));
	const variants = record.evaluation.variants.map(variant => variant.name);
	const models = record.evaluation.models.map(model => model.name);
	const byModel = new Map(models.map(model => [model, new Map(variants.map(name => [name, [] as Sample[]]))]));
	for (const sample of samples) {
		byModel.get(sample.model)?.get(sample.variant)?.push(sample);
	}
	const of = (model: string, variant: string): readonly Sample[] => {
		const ofModel = byModel.get(model);
		if (!ofModel) {
			throw inputFailure('run.unknown-model', { model, models: models.join(', ') });
		}
		const found = ofModel.get(variant);
		if (!found) {
			throw inputFailure('run.unknown-variant', { variant, variants: variants.join(', ') });
		}
		return found;
	};
	const byKey = new Map<readonly Sample[], ReadonlyMap<string, Sample>>();
	const sample = (model: string, variant: string, key: string) => {
		const list = of(model, variant);
		let index = byKey.get(list);
		if (!index) {
			index = new Map(list.map(one => [one.key, one]));
			byKey.set(list, index);
		}
		return index.get(key);
	};
	const prompt = (one: Sample): Prompt => ({
		segments: one.segments.map(segment => {
			const text = segments.get(segment.text);
			if (text === undefined) {
				throw new Error(`segment ${segment.text} of a recorded sample is gone`);
			}
			return { ...segment, text };
		}),
		continuations: one.continuations,
	});

	const results = models.flatMap(model =>
		record.evaluation.variants.map(({ name, format }) =>
			summarise(of(model, name), {
				model,
				variant: name,
				skipped: record.dataset.skipped.length,
				errors: 0,
				aggregate: format.aggregate,
			}),
		),
	);
	const comparisonsTo = (base: string) =>
		models.flatMap(model =>
			compareVariants(
				model,
				{ name: base, samples: of(model, base) },
				variants.filter(name => name !== base).map(name => ({ name, samples: of(model, name) })),
			),
		);
	const comparisons = comparisonsTo(variants[0] ?? '');
	const interrupted = record.state === 'running' && !(await isLocked(dir));

	return {
		dir,
		record,
		results,
		comparisons,
		samples,
		examples,
		prompt,
		sample,
		comparisonsTo,
		async overview(): Promise<ResultsOverview> {
			return {
				header: header(record, interrupted, exampleLines),
				variants: record.evaluation.variants.map(({ name, preset }) => ({ name, preset })),
				results,
				comparisons,
			};
		},
		async columns(choice: PairChoice): Promise<PairColumns> {
			const question = (key: string) => examples.get(key)?.question ?? '';
			return pairColumns(of(choice.model, choice.base), of(choice.model, choice.variant), question, choice);
		},
		async pair({ model, base, variant, key }): Promise<PairView> {
			const example = examples.get(key);
			if (!example) {
				throw inputFailure('run.unknown-example', { key });
			}
			const a = sample(model, base, key);
			const b = sample(model, variant, key);
			const view = (one: Sample | undefined): SampleView | null =>
				one ? { variant: one.variant, segments: prompt(one).segments, ...sampleScores(one) } : null;
			return {
				key,
				subject: example.subject,
				gold: goldOf(a, b, example),
				choices: example.choices,
				base: view(a),
				variant: view(b),
				diff: a && b ? diffPrompts(prompt(a).segments, prompt(b).segments) : null,
			};
		},
	};
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

function header(record: RunRecord, interrupted: boolean, examples: readonly ExampleLine[]): ResultsOverview['header'] {
	return {
		name: record.evaluation.name,
		state: interrupted ? 'cancelled' : record.state,
		notes: notes(record, interrupted),
		started: record.started,
		seconds: record.finished === null ? null : record.seconds,
		dataset: {
			path: record.evaluation.dataset.path,
			split: record.evaluation.dataset.test_split,
			revision: record.dataset.revision,
			examples: record.dataset.examples,
		},
		models: record.models.map(model => ({
			name: model.name,
			revision: model.revision,
			dtype: model.dtype,
			engine: `${model.engine} ${model.engine_version}`,
			device: model.device,
		})),
		chance: chanceOf(examples),
	};
}

/** Answers that are written freely cannot be guessed. */
function chanceOf(examples: readonly ExampleLine[]): number {
	const chances = examples.map(({ choices }) => (choices.length > 0 ? 1 / choices.length : 0));
	return chances.reduce((sum, chance) => sum + chance, 0) / Math.max(1, examples.length);
}

function notes(record: RunRecord, interrupted: boolean): Message[] {
	const { skipped, skipped_from_pools } = record.dataset;
	return [
		...(record.reason ? [record.reason] : []),
		...(interrupted ? [message('run.interrupted', { done: record.done, total: record.total })] : []),
		...leftOut('run.rows-skipped', skipped),
		...leftOut('run.pool-rows-skipped', skipped_from_pools),
		...record.models.flatMap(model => model.notes),
	];
}

/** Rows named in a sentence; all of them stand in run.json. */
const namedRows = 10;

function leftOut(code: 'run.rows-skipped' | 'run.pool-rows-skipped', rows: readonly BadRow[]): Message[] {
	const [first] = rows;
	if (!first) {
		return [];
	}
	const keys = rows.slice(0, namedRows).map(row => row.key);
	const named = rows.length > namedRows ? `${keys.join(', ')}, …` : keys.join(', ');
	return [message(code, { count: rows.length, keys: named, key: first.key, reason: first.reason })];
}
