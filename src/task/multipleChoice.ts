import type { Normalisation } from '../config/format';
import type { Variant } from '../config/resolved';
import type { Question } from '../data/row';
import type { GenerateRequest, LoglikelihoodRequest, LoglikelihoodResult } from '../engine/requests';
import { goldIndex } from '../prompt/gold';
import { type PromptRenderer, scoredDelimiter } from '../prompt/render';
import { inputFailure } from '../protocol/failure';
import type { Prompt } from '../protocol/prompt';
import type { Sample } from '../protocol/sample';
import { contextTokens } from '../tokenizer/encodePair';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { pythonStrip } from '../tokenizer/whitespace';
import { type EncodedChoice, encodeChoices, sharedTokens } from './encode';
import { fitPrompt } from './fit';

/** The model as far as prompts must fit it. */
export interface Reader {
	readonly name: string;
	readonly tokenizer: Tokenizer;
	/** Tokens it can attend to. */
	readonly window: number;
}

/** One example under one variant, ready for an engine. */
export interface Asked {
	readonly question: Question;
	readonly variant: Variant;
	/** As sent: shots that did not fit are gone. */
	readonly prompt: Prompt;
	readonly nTokens: number;
	readonly truncated: boolean;
	readonly requests: readonly LoglikelihoodRequest[];
	/** In choice order: which continuation of which request scores the choice. */
	readonly places: readonly { readonly request: number; readonly continuation: number }[];
	/** Formats scored by generation only: what lets the model write. */
	readonly generation?: GenerateRequest;
}

/** What is scored: the fields of a sample that come from the model. */
export type Scored = Pick<
	Sample,
	| 'logprobs'
	| 'label_mass'
	| 'prediction'
	| 'gold'
	| 'correct'
	| 'generated'
	| 'target'
	| 'prediction_norm'
	| 'correct_norm'
>;

/** Turns questions into requests for one variant and model. Consecutive questions share the encoding of their shots. */
export function createAsker(variant: Variant, renderer: PromptRenderer, reader: Reader) {
	const { format } = variant;
	let shared = { text: '', ids: [] as readonly number[] };
	const sharedIds = (text: string) => {
		if (shared.text !== text) {
			shared = { text, ids: contextTokens(reader.tokenizer, text, format.bos) };
		}
		return shared.ids;
	};

	return (question: Question, shots: readonly Question[]): Asked => {
		const prompts = new Map<number, Prompt>();
		const render = (count: number) => {
			const prompt = prompts.get(count) ?? renderer.render(question, shots.slice(0, count));
			prompts.set(count, prompt);
			return prompt;
		};
		const fitted = fitPrompt(format, shots.length, reader.window, count =>
			encodeChoices(render(count), format, reader.tokenizer),
		);
		if (!fitted.fits) {
			throw inputFailure('run.prompt-too-long', {
				key: question.key,
				variant: variant.name,
				tokens: fitted.tokens,
				model: reader.name,
				window: reader.window,
			});
		}
		const prompt = render(fitted.shots);
		checkChoices(fitted.choices, prompt, question, variant, reader);
		const { requests, places } = groupByContext(fitted.choices, context =>
			fitted.truncated ? 0 : sharedTokens(prompt, context, sharedIds),
		);
		return {
			question,
			variant,
			prompt,
			nTokens: Math.max(...requests.map(request => request.context.length)),
			truncated: fitted.truncated,
			requests: fitted.truncated ? requests : withMessages(requests, prompt),
			places,
		};
	};
}

function checkChoices(
	choices: readonly EncodedChoice[],
	prompt: Prompt,
	question: Question,
	variant: Variant,
	reader: Reader,
): void {
	choices.forEach((choice, i) => {
		const where = { key: question.key, variant: variant.name, model: reader.name };
		if (choice.continuation.length === 0) {
			throw inputFailure('run.no-answer-token', { ...where, continuation: prompt.continuations[i] ?? '' });
		}
		if (choice.context.length === 0) {
			throw inputFailure('run.continuation-too-long', {
				...where,
				tokens: choice.continuation.length,
				window: reader.window,
			});
		}
	});
}

/** Choices after the same context become one request: with one-token labels, one forward pass a question. */
export function groupByContext(choices: readonly EncodedChoice[], prefix: (context: readonly number[]) => number) {
	const groups: { context: readonly number[]; prefix: number; continuations: (readonly number[])[] }[] = [];
	const places = choices.map(({ context, continuation }) => {
		let request = groups.findIndex(group => equalTokens(group.context, context));
		if (request === -1) {
			request = groups.push({ context, prefix: prefix(context), continuations: [] }) - 1;
		}
		const continuations = groups[request]?.continuations ?? [];
		return { request, continuation: continuations.push(continuation) - 1 };
	});
	return { requests: groups, places };
}

/** A context that reaches to the end of a chat may be asked for as the chat; one that was cut, or ends in an answer, not. */
export function withMessages(
	requests: readonly LoglikelihoodRequest[],
	{ messages }: Prompt,
): readonly LoglikelihoodRequest[] {
	return messages && requests.length === 1 ? requests.map(request => ({ ...request, messages })) : requests;
}

function equalTokens(a: readonly number[], b: readonly number[]): boolean {
	return a === b || (a.length === b.length && a.every((token, i) => token === b[i]));
}

/** Reads the answer out of an engine's results, given in the order of `asked.requests`. */
export function score(asked: Asked, results: readonly LoglikelihoodResult[], tokenizer: Tokenizer): Scored {
	const { format } = asked.variant;
	const gold = goldIndex(format, asked.question);
	const logprobs = logprobsOf(asked, results);
	const base = { logprobs, label_mass: labelMass(asked, logprobs), gold };
	if (format.scoring === 'next_token') {
		const generated = tokenizer.decode([results[0]?.argmax ?? -1]);
		const prediction = labelIndex(generated, asked.prompt.continuations);
		return { ...base, generated, prediction, correct: isRight(asked, prediction, gold) };
	}
	const predictionBy = (normalisation: Normalisation) =>
		argmax(logprobs.map((logprob, choice) => logprob / lengthOf(asked, choice, normalisation)));
	const prediction = predictionBy(format.normalisation);
	const scored = { ...base, prediction, correct: isRight(asked, prediction, gold) };
	if (format.acc_norm === null) {
		return scored;
	}
	const prediction_norm = predictionBy(format.acc_norm);
	return { ...scored, prediction_norm, correct_norm: isRight(asked, prediction_norm, gold) };
}

/** In choice order. */
export function logprobsOf(asked: Asked, results: readonly LoglikelihoodResult[]): number[] {
	return asked.places.map(place => {
		const scored = results[place.request]?.continuations[place.continuation];
		if (!scored) {
			throw new Error(`engine left a continuation of ${asked.question.key} unanswered`);
		}
		return scored.logprob;
	});
}

/** By what a choice's log-probability is divided. An empty text divides by 0, and so is never the greatest. */
function lengthOf(asked: Asked, choice: number, normalisation: Normalisation): number {
	const { prompt, places, requests } = asked;
	const continuation = prompt.continuations[choice] ?? '';
	const text = continuation.slice(scoredDelimiter(asked.variant.format).length);
	switch (normalisation) {
		case 'none':
			return 1;
		case 'characters':
			return codePoints(text);
		case 'characters_with_delimiter':
			return codePoints(continuation);
		case 'bytes':
			return new TextEncoder().encode(text).length;
		case 'tokens': {
			const place = places[choice];
			return (place && requests[place.request]?.continuations[place.continuation]?.length) ?? 0;
		}
	}
}

/** Σ exp(logprob) over the distinct token sequences: a choice that stands twice counts once. */
export function labelMass(asked: Asked, logprobs: readonly number[]): number {
	const mass = new Map<string, number>();
	asked.places.forEach((place, i) => {
		const tokens = asked.requests[place.request]?.continuations[place.continuation] ?? [];
		mass.set(`${place.request}:${tokens.join()}`, Math.exp(logprobs[i] ?? Number.NEGATIVE_INFINITY));
	});
	return [...mass.values()].reduce((sum, p) => sum + p, 0);
}

/** Index of the greatest value; the first of equal ones, as numpy.argmax. */
function argmax(values: readonly number[]): number {
	let best = 0;
	values.forEach((value, i) => {
		if (value > (values[best] ?? Number.NEGATIVE_INFINITY)) {
			best = i;
		}
	});
	return best;
}

/** The choice whose label is what the model wrote, outer white space aside; null for anything else. */
function labelIndex(generated: string, continuations: readonly string[]): number | null {
	const answer = pythonStrip(generated);
	const index = continuations.findIndex(label => pythonStrip(label) === answer);
	return index === -1 ? null : index;
}

/** HELM compares texts, so that a choice equal to the right one is right; the others compare places. */
function isRight(asked: Asked, prediction: number | null, gold: number): boolean {
	if (prediction === null) {
		return false;
	}
	const { choices } = asked.question;
	return (
		prediction === gold ||
		(asked.variant.format.gold === 'text' &&
			pythonStrip(choices[prediction] ?? '') === pythonStrip(choices[gold] ?? ''))
	);
}

/** Length as Python counts it. */
function codePoints(text: string): number {
	return [...text].length;
}
