import type { Variant } from '../config/resolved';
import type { Question } from '../data/row';
import type { GenerateResult, LoglikelihoodResult } from '../engine/requests';
import type { PromptRenderer } from '../prompt/render';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { createGenerationAsker, generationOf, scoreGenerated } from './generation';
import { type Asked, createAsker, type Reader, type Scored, score } from './multipleChoice';

/** Turns a question and its shots into what an engine is asked. @throws Failure where the prompt may not be cut to fit. */
export type Asker = (question: Question, shots: readonly Question[]) => Asked;

/** The asker of a variant, whether its answers are scored or written. */
export function askerOf(variant: Variant, renderer: PromptRenderer, reader: Reader): Asker {
	const generation = generationOf(variant.format);
	return generation
		? createGenerationAsker(variant, generation, renderer, reader)
		: createAsker(variant, renderer, reader);
}

/** What an engine answered to `asked.requests`, in their order, and to `asked.generation`; null where there is none. */
export interface Answers {
	readonly results: readonly LoglikelihoodResult[];
	readonly generated: GenerateResult | null;
}

/** Reads the answer of a sample out of an engine's results. */
export function scoreAnswers(asked: Asked, { results, generated }: Answers, tokenizer: Tokenizer): Scored {
	const generation = generationOf(asked.variant.format);
	return generation && generated
		? scoreGenerated(asked, generation, results, generated)
		: score(asked, results, tokenizer);
}
