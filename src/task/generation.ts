import type { Format, Generation } from '../config/format';
import type { Variant } from '../config/resolved';
import type { Question } from '../data/row';
import type { GenerateResult, LoglikelihoodResult } from '../engine/requests';
import { goldIndex, goldTexts, rightChoices } from '../prompt/gold';
import { type PromptRenderer, scoredDelimiter } from '../prompt/render';
import { inputFailure } from '../protocol/failure';
import { type Prompt, promptText } from '../protocol/prompt';
import { contextTokens, pairEncoder } from '../tokenizer/encodePair';
import { type EncodedChoice, sharedTokens } from './encode';
import { fitPrompt } from './fit';
import { chosenLabel, isOneOf, readAnswer } from './generationAnswer';
import {
	type Asked,
	groupByContext,
	labelMass,
	logprobsOf,
	type Reader,
	type Scored,
	withMessages,
} from './multipleChoice';

/** How a format lets the model write; null where it only scores. */
export function generationOf({ scoring }: Pick<Format, 'scoring'>): Generation | null {
	return typeof scoring === 'object' ? scoring : null;
}

/**
 * Turns questions into requests for a variant whose answers are written. The context is the prompt as it stands, cut so that
 * `max_tokens` fit behind it (mmlu-formats section 5.7); where there are labels, their log-probabilities are asked for after
 * the same context.
 */
export function createGenerationAsker(
	variant: Variant,
	generation: Generation,
	renderer: PromptRenderer,
	reader: Reader,
) {
	const { format } = variant;
	const { tokenizer } = reader;
	const window = windowFor(variant, generation, reader);
	let shared = { text: '', ids: [] as readonly number[] };
	const sharedIds = (text: string) => {
		if (shared.text !== text) {
			shared = { text, ids: contextTokens(tokenizer, text, format.bos) };
		}
		return shared.ids;
	};
	const contextOf = (prompt: Prompt): EncodedChoice => {
		const text = promptText(prompt);
		const context = contextTokens(tokenizer, text, format.bos);
		if (context.length === 0 && tokenizer.bos !== null) {
			context.push(tokenizer.bos);
		}
		// What is written first stands for a continuation of one token.
		return { context, front: context.length - tokenizer.encode(text).length, continuation: [0] };
	};

	return (question: Question, shots: readonly Question[]): Asked => {
		const render = (count: number) => renderer.render(question, shots.slice(0, count));
		const fitted = fitPrompt(format, shots.length, window, count => [contextOf(render(count))]);
		if (!fitted.fits) {
			throw inputFailure('run.prompt-too-long', {
				key: question.key,
				variant: variant.name,
				tokens: fitted.tokens + generation.max_tokens,
				model: reader.name,
				window: reader.window,
			});
		}
		const prompt = render(fitted.shots);
		const context = fitted.choices[0]?.context ?? [];
		if (context.length === 0) {
			throw inputFailure('run.nothing-to-continue', { key: question.key, variant: variant.name, model: reader.name });
		}
		const whole = contextOf(prompt).context;
		const prefixOf = (tokens: readonly number[]) => (fitted.truncated ? 0 : sharedTokens(prompt, tokens, sharedIds));
		const encode = pairEncoder(tokenizer, promptText(prompt), format);
		const labels = prompt.continuations.map(text => {
			const pair = encode(text);
			return { ...pair, context: cutLike(whole, context, pair, reader.window, format.too_long) };
		});
		const grouped = groupByContext(labels, prefixOf);
		return {
			question,
			variant,
			prompt,
			nTokens: context.length,
			truncated: fitted.truncated,
			requests: fitted.truncated ? grouped.requests : withMessages(grouped.requests, prompt),
			places: grouped.places,
			generation: {
				...(prompt.messages && !fitted.truncated && { messages: prompt.messages }),
				context,
				prefix: prefixOf(context),
				maxTokens: generation.max_tokens,
				until: generation.until,
			},
		};
	};
}

/** Tokens that a prompt may have, put so that the way of cutting leaves room for all that may be written. */
function windowFor({ name, format }: Variant, { max_tokens }: Generation, reader: Reader): number {
	const room = reader.window - max_tokens;
	if (room < 1) {
		throw inputFailure('run.no-room-to-write', {
			variant: name,
			tokens: max_tokens,
			model: reader.name,
			window: reader.window,
		});
	}
	// These two take one token off for the answer themselves.
	return format.too_long === 'drop_shots_cut_end' || format.too_long === 'cut_start_all' ? room + 1 : room;
}

/** The context of a label, cut where the context of what is written was cut. */
function cutLike(
	whole: readonly number[],
	cut: readonly number[],
	{ context, continuation }: Pick<EncodedChoice, 'context' | 'continuation'>,
	window: number,
	tooLong: Format['too_long'],
): readonly number[] {
	const gone = whole.length - cut.length;
	const kept =
		gone === 0
			? context
			: tooLong === 'drop_shots_cut_end'
				? context.slice(0, cut.length)
				: context.slice(Math.min(gone, context.length - 1));
	// A label may be longer than the answer that is written.
	return kept.slice(-Math.max(1, window + 1 - continuation.length));
}

/** Reads the answer out of what the engine wrote, and of the labels' log-probabilities in the order of `asked.requests`. */
export function scoreGenerated(
	asked: Asked,
	generation: Generation,
	results: readonly LoglikelihoodResult[],
	{ text: generated }: GenerateResult,
): Scored {
	const { question, variant, prompt } = asked;
	const { format } = variant;
	const answer = readAnswer(generated, generation);
	const logprobs = logprobsOf(asked, results);
	if (generation.against === 'target') {
		const targets = goldTexts(format, question);
		const [only] = targets;
		return {
			logprobs,
			label_mass: null,
			prediction: null,
			gold: null,
			correct: isOneOf(answer, targets, generation),
			generated,
			target: targets.length === 1 && only !== undefined ? only : targets,
		};
	}
	const delimiter = scoredDelimiter(format);
	const labels = prompt.continuations.map(text => text.slice(delimiter.length));
	const gold = goldIndex(format, question);
	const right = rightChoices(format, question, gold);
	// Labels that differ in nothing that counts are one answer: the right one, where it is among them.
	const hit = right.find(index => isOneOf(answer, [labels[index] ?? ''], generation));
	return {
		logprobs,
		label_mass: labelMass(asked, logprobs),
		prediction: hit ?? chosenLabel(answer, labels, generation),
		gold,
		correct: hit !== undefined,
		generated,
	};
}
