import path from 'node:path';
import { diffPrompts } from '../compare/diff/diffPrompts';
import type { ResolvedEvaluation, Variant } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import type { Question } from '../data/row';
import { lintPrompt } from '../prompt/lint';
import type { CancellationToken } from '../protocol/cancellation';
import { Failure, inputFailure } from '../protocol/failure';
import { type Prompt, promptText } from '../protocol/prompt';
import type { PreviewChoice, PreviewState, PromptView } from '../protocol/webview';
import type { Reader } from '../task/multipleChoice';
import { contextTokens } from '../tokenizer/encodePair';
import { loadEvaluation } from './loadEvaluation';
import { openReader } from './models';
import { planVariants } from './plan';

/** One rendered prompt: what `preview --json` prints. */
export interface Previewed {
	readonly variant: string;
	readonly question: Question;
	readonly prompt: Prompt;
}

/** An evaluation whose prompts can be looked at; no model is needed. */
export interface Preview {
	readonly evaluation: ResolvedEvaluation;
	/** The slice, in order. */
	readonly examples: LoadedDataset['examples'];
	/** @param example Index in the slice, from 0. */
	render(example: number, variant: string): Previewed;
	/** A prompt with its lint, or the difference of two. */
	show(choice: PreviewChoice): PreviewState;
}

export async function openPreview(
	options: { readonly file: string; readonly text?: string; readonly withModel?: boolean },
	token: CancellationToken,
): Promise<Preview> {
	const { file } = options;
	const folder = path.dirname(file);
	const { evaluation } = await loadEvaluation(file, options.text);
	const dataset = await loadDataset(evaluation, { folder }, token);
	const planned = new Map(planVariants(evaluation, dataset).map(plan => [plan.variant.name, plan]));
	const reader = options.withModel ? await firstReader(evaluation, folder, token) : null;

	const render = (example: number, variant: string): Previewed => {
		const plan = planned.get(variant);
		if (!plan) {
			throw inputFailure('run.unknown-variant', { variant, variants: [...planned.keys()].join(', ') });
		}
		const question = dataset.examples[example];
		if (!question) {
			throw inputFailure('run.example-out-of-range', { example, examples: dataset.examples.length });
		}
		return { variant, question, prompt: plan.renderer.render(question, plan.shots(question)) };
	};
	const view = (previewed: Previewed): PromptView => {
		const plan = planned.get(previewed.variant);
		return promptView(previewed, plan?.variant, reader);
	};
	return {
		evaluation,
		examples: dataset.examples,
		render,
		show(choice) {
			const one = render(choice.example, choice.variant);
			const other = choice.against === null ? null : render(choice.example, choice.against);
			return {
				state: 'shown',
				file: path.basename(file),
				choice,
				examples: dataset.examples.length,
				key: one.question.key,
				variants: [...planned.keys()],
				prompt: view(one),
				against: other && view(other),
				diff: other && diffPrompts(one.prompt.segments, other.prompt.segments),
			};
		},
	};
}

/** Token counts are a gain where a model is at hand, and no condition. */
async function firstReader(
	evaluation: ResolvedEvaluation,
	folder: string,
	token: CancellationToken,
): Promise<Reader | null> {
	const [first] = evaluation.models;
	try {
		return first ? await openReader(first, folder, token) : null;
	} catch (error) {
		if (error instanceof Failure) {
			return null;
		}
		throw error;
	}
}

function promptView({ variant, prompt }: Previewed, plan: Variant | undefined, reader: Reader | null): PromptView {
	const format = plan?.format;
	const { tokenizer, window } = reader ?? {};
	return {
		variant,
		segments: prompt.segments,
		continuations: prompt.continuations,
		lint: format ? lintPrompt({ prompt, format, tokenizer, window }) : [],
		nTokens: tokenizer && format ? contextTokens(tokenizer, promptText(prompt), format.bos).length : null,
	};
}
