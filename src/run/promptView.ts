import type { Format } from '../config/format';
import { lintPrompt } from '../prompt/lint';
import { Failure } from '../protocol/failure';
import type { FilePlace, PromptView, TokenView } from '../protocol/previewView';
import type { Prompt } from '../protocol/prompt';
import type { Reader } from '../task/multipleChoice';
import { tokenView } from './tokenView';

/**
 * A prompt as the preview shows it, with tokens where there is a tokenizer.
 * @param placeOf Where a field of the variant is written.
 */
export function promptView(
	variant: string,
	prompt: Prompt,
	format: Format,
	reader: Reader | null,
	placeOf: (field: string) => FilePlace,
): PromptView {
	const { tokenizer, window } = reader ?? {};
	return {
		variant,
		segments: prompt.segments,
		continuations: prompt.continuations,
		isChat: format.chat !== null,
		lint: lintPrompt({ prompt, format, tokenizer, window }).map(({ severity, message, field }) => ({
			severity,
			message,
			place: field === undefined ? null : placeOf(field),
		})),
		tokens: reader && tokensOf(prompt, format, reader),
	};
}

/** The linter encodes the same texts, and says what keeps them from being encoded. */
function tokensOf(prompt: Prompt, format: Format, reader: Reader): TokenView | null {
	try {
		return tokenView(prompt, format, reader);
	} catch (error) {
		if (error instanceof Failure) {
			return null;
		}
		throw error;
	}
}
