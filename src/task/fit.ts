import type { Format } from '../config/format';
import type { EncodedChoice } from './encode';

/** A prompt made to fit the model's window as its format says, or the news that it may not be cut. */
export type Fitted =
	| {
			readonly fits: true;
			readonly shots: number;
			readonly choices: readonly EncodedChoice[];
			readonly truncated: boolean;
	  }
	| { readonly fits: false; readonly tokens: number };

/**
 * Cuts what is too long in the way of the implementation (mmlu-formats, points (e)).
 * @param window Tokens that the model can attend to.
 * @param encode The prompt's choices with its first `shots` shots.
 */
export function fitPrompt(
	format: Pick<Format, 'too_long' | 'max_context'>,
	shots: number,
	window: number,
	encode: (shots: number) => readonly EncodedChoice[],
): Fitted {
	const whole = encode(shots);
	switch (format.too_long) {
		case 'error': {
			const tokens = Math.max(...whole.map(fedTokens));
			return tokens <= window ? { fits: true, shots, choices: whole, truncated: false } : { fits: false, tokens };
		}
		case 'cut_start':
			return { fits: true, shots, ...cutStart(whole, window) };
		case 'drop_shots': {
			const limit = Math.min(window, format.max_context ?? window);
			const kept = dropShots(shots, whole, encode, choices => longestContext(choices) <= limit);
			const cut = cutStart(kept.choices, window, limit);
			return { fits: true, shots: kept.shots, choices: cut.choices, truncated: cut.truncated || kept.shots < shots };
		}
		case 'drop_shots_cut_end': {
			// HELM leaves room for the one token that it generates.
			const limit = Math.min(window, format.max_context ?? window) - 1;
			const kept = dropShots(shots, whole, encode, choices => longestContext(choices) <= limit);
			const cut = cutEnd(kept.choices, limit);
			return { fits: true, shots: kept.shots, choices: cut.choices, truncated: cut.truncated || kept.shots < shots };
		}
	}
}

/** The last token of a continuation is predicted, but not read. */
function fedTokens({ context, continuation }: EncodedChoice): number {
	return context.length + continuation.length - 1;
}

function longestContext(choices: readonly EncodedChoice[]): number {
	return Math.max(0, ...choices.map(choice => choice.context.length));
}

/** Whole shots go, the last one first. */
function dropShots(
	shots: number,
	whole: readonly EncodedChoice[],
	encode: (shots: number) => readonly EncodedChoice[],
	fits: (choices: readonly EncodedChoice[]) => boolean,
) {
	let choices = whole;
	let left = shots;
	while (left > 0 && !fits(choices)) {
		left--;
		choices = encode(left);
	}
	return { shots: left, choices };
}

/** Keeps the last `window + 1` tokens of context and continuation together, of which the last is not read. */
function cutStart(choices: readonly EncodedChoice[], window: number, contextLimit = window) {
	let truncated = false;
	const cut = choices.map(choice => {
		const room = Math.min(contextLimit, window + 1 - choice.continuation.length);
		if (choice.context.length <= room) {
			return choice;
		}
		truncated = true;
		return { ...choice, context: room > 0 ? choice.context.slice(-room) : [] };
	});
	return { choices: cut, truncated };
}

function cutEnd(choices: readonly EncodedChoice[], limit: number) {
	const truncated = longestContext(choices) > limit;
	return {
		truncated,
		choices: truncated ? choices.map(choice => ({ ...choice, context: choice.context.slice(0, limit) })) : choices,
	};
}
