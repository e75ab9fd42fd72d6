import { stat } from 'node:fs/promises';
import path from 'node:path';
import { diffPrompts } from '../compare/diff/diffPrompts';
import { fieldPath } from '../config/fieldPath';
import type { ModelSpec, ResolvedEvaluation, Variant } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import { neededSplits } from '../data/neededSplits';
import { columnNeeds } from '../data/needs';
import type { Question } from '../data/row';
import type { Hub } from '../hub/hub';
import type { Place } from '../hub/place';
import { goldTexts } from '../prompt/gold';
import { createShotPicker } from '../prompt/shots';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';
import { Failure, inputFailure } from '../protocol/failure';
import { canonicalJson } from '../protocol/json';
import type { FilePlace, PreviewChoice, PreviewModel, PreviewScores, PreviewState } from '../protocol/previewView';
import type { Prompt } from '../protocol/prompt';
import type { Reader } from '../task/multipleChoice';
import { rememberingTokenizer } from '../tokenizer/rememberingTokenizer';
import { ExampleScorer, type ScoreOptions } from './exampleScorer';
import { Kept } from './kept';
import { type LoadedEvaluation, loadEvaluation } from './loadEvaluation';
import { openReader } from './models';
import { type PlannedVariant, rendererFor } from './planVariants';
import { promptView } from './promptView';

/** One rendered prompt: what `preview --json` prints. */
export interface Previewed {
	readonly variant: string;
	readonly question: Question;
	readonly prompt: Prompt;
}

/** An evaluation as its text was when it was opened; no model is needed to look at its prompts. */
export interface Preview {
	readonly evaluation: ResolvedEvaluation;
	/** The slice, in order. */
	readonly examples: LoadedDataset['examples'];
	/** @param example Index in the slice, from 0. @throws Failure */
	render(example: number, variant: string): Previewed;
	/** The place in the slice of the example with this key; null where none has it. */
	find(key: string): number | null;
	/** Where the text says what a variant's field is, or names the preset that does. */
	place(variant: string, field: string): FilePlace;
	/** Whether a variant is a chat, whose prompts the model's tokenizer makes: `loadModel` comes first then. */
	isChat(variant: string): boolean;
	/** The prompt of an example with its lint and tokens, or the difference of two. @throws Failure */
	show(choice: PreviewChoice): ShownPrompts;
	/** Asks the evaluation's first model, loaded once, about the prompts that a choice shows. @throws Failure */
	score(choice: PreviewChoice, options: ScoreOptions): Promise<PreviewScores>;
}

/** What the preview shows, but for what only the editor knows. */
export type ShownPrompts = Omit<Extract<PreviewState, { state: 'shown' }>, 'file' | 'trusted'>;

interface Rows {
	readonly dataset: LoadedDataset;
	/** Of the files that were read: another one means that they changed since. */
	readonly stamp: string;
}

interface ReadModel {
	readonly key: string;
	readonly model: PreviewModel;
	readonly reader: Reader | null;
}

interface KeptPlan {
	readonly rows: Rows;
	readonly formatKey: string;
	readonly shotsKey: string;
	readonly planned: PlannedVariant;
}

/**
 * Follows one evaluation as it is typed. What an edit leaves as it was is kept: rows, the order of shots, parsed
 * templates, the tokenizer, and the process that scored an example.
 */
export class PreviewSession implements Disposable {
	readonly #folder: string;
	readonly #place: Place;
	readonly #rows = new Kept<Rows>();
	readonly #models = new Kept<ReadModel>();
	readonly #plans = new Map<string, KeptPlan>();
	readonly #scorer: ExampleScorer;
	#model: ReadModel | null = null;

	/**
	 * @param file The evaluation, absolute: paths in it count from its folder.
	 * @param hub For datasets and models that are no local paths; absent: those are errors.
	 */
	constructor(
		private readonly file: string,
		hub?: Hub,
	) {
		this.#folder = path.dirname(file);
		this.#place = { folder: this.#folder, hub };
		this.#scorer = new ExampleScorer(this.#place);
	}

	/**
	 * The evaluation as `text` has it, or as its file where there is none.
	 * @throws Failure where text or data are wrong; Cancelled where another data set was asked for meanwhile.
	 */
	async open(text?: string): Promise<Preview> {
		const loaded = await loadEvaluation(this.file, text);
		const { evaluation } = loaded;
		const rows = await this.#load(evaluation);
		for (const name of this.#plans.keys()) {
			if (!evaluation.variants.some(variant => variant.name === name)) {
				this.#plans.delete(name);
			}
		}
		const { examples } = rows.dataset;
		let places: ReadonlyMap<string, number> | undefined;
		const plan = (name: string) => this.#plan(evaluation, name, rows);
		return {
			evaluation,
			examples,
			render: (example, variant) => render(plan(variant), questionAt(examples, example)),
			find(key) {
				places ??= new Map(examples.map((question, i) => [question.key, i]));
				return places.get(key) ?? null;
			},
			isChat: variant => evaluation.variants.some(({ name, format }) => name === variant && format.chat !== null),
			place: (variant, field) => fieldPlace(loaded, variant, field),
			show: choice => this.#show(loaded, rows, choice),
			score: (choice, options) => {
				const [spec] = evaluation.models;
				if (!spec) {
					throw inputFailure('run.no-models', { file: path.basename(this.file) });
				}
				const variants = [choice.variant, ...(choice.against === null ? [] : [choice.against])];
				return this.#scorer.score(spec, questionAt(examples, choice.example), variants.map(plan), options);
			},
		};
	}

	/**
	 * Reads the tokenizer of the evaluation's first model, if it is not known yet; from then on `show` uses it. Prompts can
	 * be looked at without: a model that is not there is no error, but what `show` says of it.
	 */
	async loadModel({ evaluation }: Pick<Preview, 'evaluation'>): Promise<void> {
		const [spec] = evaluation.models;
		if (spec) {
			this.#model = await this.#models.get(canonicalJson(spec), token => readModel(spec, this.#place, token));
		}
	}

	/** Reads it again where it was missing. */
	forgetMissingModel(): void {
		if (this.#model?.model.state === 'missing') {
			this.#models.dispose();
			this.#model = null;
		}
	}

	dispose(): void {
		this.#rows.dispose();
		this.#models.dispose();
		this.#scorer.dispose();
	}

	async #load(evaluation: ResolvedEvaluation): Promise<Rows> {
		const { dataset, slice, columns, on_bad_row, variants } = evaluation;
		const needs = columnNeeds(variants);
		const key = canonicalJson({ dataset, slice, columns, on_bad_row, needs, splits: neededSplits(evaluation, [null]) });
		const load = async (token: CancellationToken): Promise<Rows> => {
			const loaded = await loadDataset(evaluation, this.#place, token);
			return { dataset: loaded, stamp: await stampOf(loaded, this.#folder) };
		};
		const rows = await this.#rows.get(key, load);
		if (rows.stamp === (await stampOf(rows.dataset, this.#folder))) {
			return rows;
		}
		this.#rows.dispose();
		return this.#rows.get(key, load);
	}

	#plan(evaluation: ResolvedEvaluation, name: string, rows: Rows): PlannedVariant {
		const variant = evaluation.variants.find(one => one.name === name);
		if (!variant) {
			const variants = evaluation.variants.map(one => one.name).join(', ');
			throw inputFailure('run.unknown-variant', { variant: name, variants });
		}
		const known = this.#plans.get(name);
		const kept = known?.rows === rows ? known : null;
		const reader = variant.format.chat ? this.#chatReader(evaluation) : null;
		const formatKey = canonicalJson([variant.format, reader?.tokenizer.sha256 ?? null]);
		if (kept?.formatKey === formatKey) {
			return kept.planned;
		}
		const shotsKey = shotsKeyOf(variant);
		const planned = {
			variant,
			renderer: rendererFor(variant, reader),
			shots: kept?.shotsKey === shotsKey ? kept.planned.shots : createShotPicker(variant.format, rows.dataset.pools),
		};
		this.#plans.set(name, { rows, formatKey, shotsKey, planned });
		return planned;
	}

	/**
	 * A chat is rendered by the tokenizer of the first model. Null while nobody has named or read one, of which the renderer
	 * tells; why one cannot be read is told here.
	 */
	#chatReader({ models }: ResolvedEvaluation): Reader | null {
		const { model, reader } = this.#modelOf(models[0]);
		if (model.state === 'missing') {
			throw new Failure('input', model.reason);
		}
		return reader;
	}

	#show(loaded: LoadedEvaluation, rows: Rows, choice: PreviewChoice): ShownPrompts {
		const { evaluation } = loaded;
		const { examples } = rows.dataset;
		const question = questionAt(examples, choice.example);
		const { model, reader } = this.#modelOf(evaluation.models[0]);
		const view = (name: string) => {
			const planned = this.#plan(evaluation, name, rows);
			const { format } = planned.variant;
			const { prompt } = render(planned, question);
			return promptView(name, prompt, format, evaluation.models[0], reader, field => fieldPlace(loaded, name, field));
		};
		const prompt = view(choice.variant);
		const against = choice.against === null ? null : view(choice.against);
		const { format } = this.#plan(evaluation, choice.variant, rows).variant;
		const isFree = typeof format.scoring === 'object' && format.scoring.against === 'target';
		return {
			state: 'shown',
			choice,
			examples: examples.length,
			example: {
				key: question.key,
				subject: question.subject,
				choices: question.choices,
				gold: isFree ? null : question.answer,
				target: isFree ? (goldTexts(format, question)[0] ?? null) : null,
			},
			variants: evaluation.variants.map(variant => variant.name),
			prompt,
			against,
			diff: against && diffPrompts(prompt.segments, against.segments),
			model,
		};
	}

	#modelOf(spec: ModelSpec | undefined): Pick<ReadModel, 'model' | 'reader'> {
		if (!spec) {
			return { model: { state: 'none' }, reader: null };
		}
		return this.#model?.key === canonicalJson(spec)
			? this.#model
			: { model: { state: 'loading', name: spec.name }, reader: null };
	}
}

function questionAt(examples: readonly Question[], example: number): Question {
	const question = examples[example];
	if (!question) {
		throw inputFailure('run.example-out-of-range', { example, examples: examples.length });
	}
	return question;
}

function render({ variant, renderer, shots }: PlannedVariant, question: Question): Previewed {
	return { variant: variant.name, question, prompt: renderer.render(question, shots(question)) };
}

/** What shots are drawn by: all of a format but the texts that are written around them. */
function shotsKeyOf({ format }: Variant): string {
	const { description, item, target_delimiter, scored_delimiter, fewshot_delimiter, ...rest } = format;
	return canonicalJson(rest);
}

/** Sizes and times of the files that rows came from; those of the Hub do not change. */
async function stampOf({ files }: LoadedDataset, folder: string): Promise<string> {
	const stamps = files.map(async file => {
		const found = await stat(path.resolve(folder, file.path)).catch(() => null);
		return found && [found.size, found.mtimeMs];
	});
	return JSON.stringify(await Promise.all(stamps));
}

async function readModel(spec: ModelSpec, place: Place, token: CancellationToken): Promise<ReadModel> {
	const key = canonicalJson(spec);
	const { name } = spec;
	try {
		const opened = await openReader(spec, place, token);
		throwIfCancelled(token);
		const reader = { ...opened, tokenizer: rememberingTokenizer(opened.tokenizer) };
		return { key, reader, model: { state: 'ready', name } };
	} catch (error) {
		if (error instanceof Failure) {
			return { key, reader: null, model: { state: 'missing', name, reason: error.reason } };
		}
		throw error;
	}
}

/** A template's place is where it ends: what is scored follows there. */
function fieldPlace({ file, locate }: LoadedEvaluation, variant: string, field: string): FilePlace {
	const { start, end } = locate(fieldPath(file, variant, field));
	if (field !== 'doc_to_text') {
		return start;
	}
	// A block scalar ends at the beginning of the line after it.
	return end.column === 0 && end.line > start.line ? { line: end.line - 1, column: 0 } : end;
}
