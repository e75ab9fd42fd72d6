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
	const limit = Math.min(window, format.max_context ?? window);
	switch (format.too_long) {
		case 'error': {
			const tokens = Math.max(...whole.map(fedTokens));
			return tokens <= limit ? { fits: true, shots, choices: whole, truncated: false } : { fits: false, tokens };
		}
		case 'cut_start':
			return { fits: true, shots, ...cutStart(whole, limit) };
		case 'cut_start_all':
			return { fits: true, shots, ...cutStart(whole, limit - 1) };
		case 'drop_shots': {
			const kept = dropShots(shots, whole, encode, choices => longestContext(choices) <= limit);
			const cut = cutStart(kept.choices, window, limit);
			return { fits: true, shots: kept.shots, choices: cut.choices, truncated: cut.truncated || kept.shots < shots };
		}
		case 'drop_shots_cut_end': {
			// HELM leaves room for the one token that it generates, and does not count the BOS.
			const room = limit - 1;
			const kept = dropShots(shots, whole, encode, choices => longestText(choices) <= room);
			const cut = cutEnd(kept.choices, room);
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

function longestText(choices: readonly EncodedChoice[]): number {
	return Math.max(0, ...choices.map(choice => choice.context.length - choice.front));
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

function cutEnd(choices: readonly EncodedChoice[], room: number) {
	const truncated = longestText(choices) > room;
	return {
		truncated,
		choices: truncated
			? choices.map(choice => ({ ...choice, context: choice.context.slice(0, choice.front + room) }))
			: choices,
	};
}
