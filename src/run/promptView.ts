import { createHash } from 'node:crypto';
import type { Format } from '../config/format';
import type { ModelSpec } from '../config/resolved';
import { lintPrompt } from '../prompt/lint';
import { Failure } from '../protocol/failure';
import { canonicalJson } from '../protocol/json';
import type { FilePlace, PromptView, TokenView } from '../protocol/previewView';
import type { Prompt } from '../protocol/prompt';
import type { Reader } from '../task/multipleChoice';
import { tokenView } from './tokenView';

/**
 * A prompt as the preview shows it, with tokens where there is a tokenizer.
 * @param model That scores it; absent: the evaluation names none.
 * @param placeOf Where a field of the variant is written.
 */
export function promptView(
	variant: string,
	prompt: Prompt,
	format: Format,
	model: ModelSpec | undefined,
	reader: Reader | null,
	placeOf: (field: string) => FilePlace,
): PromptView {
	const { tokenizer, window } = reader ?? {};
	return {
		variant,
		segments: prompt.segments,
		continuations: prompt.continuations,
		isChat: format.chat !== null,
		scoredBy: scoringKey(format, model),
		lint: lintPrompt({ prompt, format, tokenizer, window }).map(({ severity, message, field }) => ({
			severity,
			message,
			place: field === undefined ? null : placeOf(field),
		})),
		tokens: reader && tokensOf(prompt, format, reader),
	};
}

function scoringKey({ description, item, ...rest }: Format, model: ModelSpec | undefined): string {
	return createHash('sha256')
		.update(canonicalJson([rest, model ?? null]))
		.digest('hex');
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
