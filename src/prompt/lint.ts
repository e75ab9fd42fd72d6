import type { Format } from '../config/format';
import { Failure } from '../protocol/failure';
import { message } from '../protocol/messages';
import { type Prompt, promptText } from '../protocol/prompt';
import { commonLength } from '../tokenizer/commonLength';
import { contextTokens, type EncodedPair, pairEncoder } from '../tokenizer/encodePair';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { LintField, LintFinding } from './lintFinding';
import { isJoint, lintText, ofData, shown } from './lintText';

export interface LintInput {
	readonly prompt: Prompt;
	readonly format: Format;
	/** Without one, only the text is looked at. */
	readonly tokenizer?: Tokenizer | undefined;
	/** Tokens that the model can attend to. */
	readonly window?: number | undefined;
}

/** What makes scores of this prompt silently wrong, or surprising: white space and tokens at the joins, BOS, labels, length. */
export function lintPrompt({ prompt, format, tokenizer, window }: LintInput): LintFinding[] {
	const findings = lintText(prompt, format);
	if (!tokenizer) {
		return findings;
	}
	const text = promptText(prompt);
	const encoded: EncodedLabel[] = [];
	let context: readonly number[];
	try {
		context = contextTokens(tokenizer, text, format.bos);
		const encode = pairEncoder(tokenizer, text, format);
		for (const continuation of prompt.continuations) {
			encoded.push({ label: continuation, ...encode(continuation) });
		}
	} catch (error) {
		if (!(error instanceof Failure)) {
			throw error;
		}
		return [...findings, { severity: 'error', message: error.reason, ...fieldOf(error) }];
	}
	return [
		...findings,
		...lintLabels(encoded, format),
		...lintJoin(text, encoded, format, tokenizer),
		...lintBos(encoded[0]?.context ?? context, tokenizer),
		...lintLength(context, encoded, format, window),
	];
}

function fieldOf({ reason }: Failure): { readonly field?: LintField } {
	return reason.code === 'tokenizer.no-bos' ? { field: 'add_bos_token' } : {};
}

interface EncodedLabel extends EncodedPair {
	readonly label: string;
}

/** Answer texts are scored as sequences anyway; labels are worth a look one by one. */
function lintLabels(encoded: readonly EncodedLabel[], format: Format): LintFinding[] {
	if (ofData(format) || encoded.length === 0) {
		return [];
	}
	const long = encoded.filter(({ continuation }) => continuation.length > 1);
	const labels = (long.length > 0 ? long : encoded)
		.map(({ label, continuation }) => `${shown(label)} ${shownIds(continuation)}`)
		.join(', ');
	if (long.length === 0) {
		return [{ severity: 'info', message: message('prompt.lint.label-tokens', { labels }), field: 'doc_to_choice' }];
	}
	return format.scoring === 'next_token'
		? [{ severity: 'error', message: message('prompt.lint.label-never-generated', { labels }), field: 'doc_to_choice' }]
		: [{ severity: 'warning', message: message('prompt.lint.label-tokens-many', { labels }), field: 'doc_to_choice' }];
}

/** enc(context) + enc(label) against enc(context + label), for the first label where they differ. */
function lintJoin(text: string, encoded: readonly EncodedLabel[], format: Format, tokenizer: Tokenizer): LintFinding[] {
	const alone = tokenizer.encode(text);
	for (const { label, merged } of encoded) {
		const apart = [...alone, ...tokenizer.encode(label)];
		const together = tokenizer.encode(text + label);
		const common = commonLength(apart, together);
		if (common === apart.length && common === together.length) {
			continue;
		}
		const params = {
			label: shown(label),
			together: shownIds(together.slice(common)),
			apart: shownIds(apart.slice(common)),
		};
		if (merged) {
			return [{ severity: 'warning', message: message('prompt.lint.merged', params), field: 'target_delimiter' }];
		}
		// Encoded together, the label is read as a reader of the whole text would.
		const severity = isJoint(format) ? 'info' : 'warning';
		return [{ severity, message: message('prompt.lint.boundary', params), field: 'target_delimiter' }];
	}
	return [];
}

function lintBos(context: readonly number[], { bos }: Tokenizer): LintFinding[] {
	if (bos === null) {
		return [];
	}
	const other = context.findIndex(id => id !== bos);
	const count = other === -1 ? context.length : other;
	const field = 'add_bos_token';
	if (count > 1) {
		return [{ severity: 'error', message: message('prompt.lint.many-bos', { count }), field }];
	}
	return [
		{ severity: 'info', message: message(count === 1 ? 'prompt.lint.one-bos' : 'prompt.lint.no-bos', {}), field },
	];
}

/** Counts as the format's way of cutting does (mmlu-formats, points (e)). */
function lintLength(
	context: readonly number[],
	encoded: readonly EncodedLabel[],
	format: Format,
	window: number | undefined,
): LintFinding[] {
	const limit = Math.min(window ?? Infinity, format.max_context ?? Infinity);
	const finding = (code: 'too-long' | 'cut' | 'cut-writing', tokens: number, room: number): LintFinding[] =>
		tokens <= room
			? []
			: [
					{
						severity: code === 'too-long' ? 'error' : 'warning',
						message: message(`prompt.lint.${code}`, { tokens, window: room }),
						field: 'num_fewshot',
					},
				];
	if (typeof format.scoring === 'object') {
		return finding('cut-writing', context.length, limit - format.scoring.max_tokens);
	}
	// The last token is predicted, but not read.
	const fed = Math.max(0, ...encoded.map(pair => pair.context.length + pair.continuation.length - 1));
	switch (format.too_long) {
		case 'error':
			return finding('too-long', fed, limit);
		case 'cut_start_all':
			return finding('cut', fed + 1, limit);
		case 'drop_shots_cut_end':
			// HELM does not count the BOS, and leaves room for the token that it generates.
			return finding('cut-writing', context.length - (encoded[0]?.front ?? 0), limit - 1);
		default:
			return finding('cut', fed, limit);
	}
}

const mostIds = 8;

function shownIds(tokens: readonly number[]): string {
	return `[${tokens.slice(0, mostIds).join(', ')}${tokens.length > mostIds ? ', …' : ''}]`;
}
