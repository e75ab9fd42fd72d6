import type { Json } from '../protocol/json';

/** An answer as its row gives it, beside the texts that it chooses from. */
export interface GivenAnswer {
	readonly answer: Json;
	readonly choices: readonly string[];
}

/** How texts in the answer column are understood first. */
export type AnswerReading = 'label' | 'text';

/**
 * How the answers of a data set are to be read: "2" may be the third choice or the choice "2". Of the two readings the one
 * counts that makes sense in more rows; where both do in equally many, answers are texts: that they equal a choice is rarely chance.
 */
export function readingOf(answers: Iterable<GivenAnswer>): AnswerReading {
	let labels = 0;
	let texts = 0;
	for (const { answer, choices } of answers) {
		if (typeof answer === 'string') {
			labels += labelIndex(answer, choices.length) === null ? 0 : 1;
			texts += textIndex(answer, choices) === null ? 0 : 1;
		}
	}
	return texts > 0 && texts >= labels ? 'text' : 'label';
}

/** Index of the right choice, or null where the answer is none. A number is always an index. */
export function answerIndex({ answer, choices }: GivenAnswer, reading: AnswerReading): number | null {
	const label = labelIndex(answer, choices.length);
	const text = textIndex(answer, choices);
	return reading === 'label' ? (label ?? text) : (text ?? label);
}

/** An index below `count` as number or digits, or a letter of either case. */
export function labelIndex(answer: Json, count: number): number | null {
	let index = -1;
	if (typeof answer === 'number') {
		index = answer;
	} else if (typeof answer === 'string' && /^\d+$/.test(answer)) {
		index = Number(answer);
	} else if (typeof answer === 'string' && /^[A-Za-z]$/.test(answer)) {
		index = answer.toUpperCase().charCodeAt(0) - 'A'.charCodeAt(0);
	}
	return Number.isInteger(index) && index >= 0 && index < count ? index : null;
}

/** The first choice with exactly this text. */
function textIndex(answer: Json, choices: readonly string[]): number | null {
	const index = typeof answer === 'string' ? choices.indexOf(answer) : -1;
	return index === -1 ? null : index;
}
