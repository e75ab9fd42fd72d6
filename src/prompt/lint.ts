import type { Format } from '../config/format';
import { Failure } from '../protocol/failure';
import { type Message, message } from '../protocol/messages';
import { type Prompt, promptText } from '../protocol/prompt';
import { commonLength } from '../tokenizer/commonLength';
import { type EncodedPair, pairEncoder } from '../tokenizer/encodePair';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { pythonRstrip } from '../tokenizer/whitespace';

export interface LintFinding {
	readonly severity: 'error' | 'warning' | 'info';
	readonly message: Message;
}

export interface LintInput {
	readonly prompt: Prompt;
	readonly format: Format;
	/** Without one, only the text is looked at. */
	readonly tokenizer?: Tokenizer | undefined;
	/** Tokens that the model can attend to. */
	readonly window?: number | undefined;
}

/** What makes scores of this prompt silently wrong, or surprising: white space and tokens at the join, BOS, labels, length. */
export function lintPrompt({ prompt, format, tokenizer, window }: LintInput): LintFinding[] {
	const findings = lintText(prompt, format);
	if (!tokenizer) {
		return findings;
	}
	const text = promptText(prompt);
	const encoded: EncodedLabel[] = [];
	try {
		const encode = pairEncoder(tokenizer, text, format);
		for (const continuation of prompt.continuations) {
			encoded.push({ label: continuation, ...encode(continuation) });
		}
	} catch (error) {
		if (!(error instanceof Failure)) {
			throw error;
		}
		return [...findings, { severity: 'error', message: error.reason }];
	}
	return [
		...findings,
		...lintLabels(encoded, format),
		...lintJoin(text, encoded, format, tokenizer),
		...lintBos(encoded, tokenizer),
		...lintLength(encoded, format, window),
	];
}

interface EncodedLabel extends EncodedPair {
	readonly label: string;
}

function lintText(prompt: Prompt, format: Format): LintFinding[] {
	const { continuations } = prompt;
	const findings: LintFinding[] = [];
	const empty = continuations.indexOf('');
	if (empty !== -1) {
		findings.push({ severity: 'error', message: message('prompt.lint.empty-label', { number: empty + 1 }) });
	}
	const second = continuations.findIndex((label, i) => continuations.indexOf(label) !== i);
	if (second !== -1) {
		const label = continuations[second] ?? '';
		const places = { first: continuations.indexOf(label) + 1, second: second + 1 };
		findings.push({
			severity: 'warning',
			message: message('prompt.lint.equal-labels', { ...places, label: shown(label) }),
		});
	}
	return [...findings, ...lintTrailingSpace(promptText(prompt), continuations, format)];
}

function lintTrailingSpace(text: string, continuations: readonly string[], format: Format): LintFinding[] {
	const end = text.slice(pythonRstrip(text).length);
	if (end === '') {
		return [];
	}
	const doubled = continuations.find(label => /^\s/.test(label));
	if (doubled !== undefined) {
		return [{ severity: 'warning', message: message('prompt.lint.double-space', { label: shown(doubled) }) }];
	}
	const severity = format.encoding === 'joint' ? 'info' : 'warning';
	return [{ severity, message: message('prompt.lint.trailing-space', { end: shown(end) }) }];
}

/** Answer texts are scored as sequences anyway; labels are worth a look one by one. */
function lintLabels(encoded: readonly EncodedLabel[], format: Format): LintFinding[] {
	if (format.choices.from === 'choices') {
		return [];
	}
	const long = encoded.filter(({ continuation }) => continuation.length > 1);
	const labels = (long.length > 0 ? long : encoded)
		.map(({ label, continuation }) => `${shown(label)} ${shownIds(continuation)}`)
		.join(', ');
	if (long.length === 0) {
		return [{ severity: 'info', message: message('prompt.lint.label-tokens', { labels }) }];
	}
	return format.scoring === 'next_token'
		? [{ severity: 'error', message: message('prompt.lint.label-never-generated', { labels }) }]
		: [{ severity: 'warning', message: message('prompt.lint.label-tokens-many', { labels }) }];
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
			return [{ severity: 'warning', message: message('prompt.lint.merged', params) }];
		}
		// Encoded together, the label is read as a reader of the whole text would.
		const severity = format.encoding === 'joint' ? 'info' : 'warning';
		return [{ severity, message: message('prompt.lint.boundary', params) }];
	}
	return [];
}

function lintBos([first]: readonly EncodedLabel[], { bos }: Tokenizer): LintFinding[] {
	if (!first || bos === null) {
		return [];
	}
	const other = first.context.findIndex(id => id !== bos);
	const count = other === -1 ? first.context.length : other;
	if (count > 1) {
		return [{ severity: 'error', message: message('prompt.lint.many-bos', { count }) }];
	}
	return [{ severity: 'info', message: message(count === 1 ? 'prompt.lint.one-bos' : 'prompt.lint.no-bos', {}) }];
}

/** The last token is predicted, but not read. */
function lintLength(encoded: readonly EncodedLabel[], format: Format, window: number | undefined): LintFinding[] {
	const room = Math.min(window ?? Infinity, format.max_context ?? Infinity);
	const tokens = Math.max(0, ...encoded.map(({ context, continuation }) => context.length + continuation.length - 1));
	if (tokens <= room) {
		return [];
	}
	return format.too_long === 'error'
		? [{ severity: 'error', message: message('prompt.lint.too-long', { tokens, window: room }) }]
		: [{ severity: 'warning', message: message('prompt.lint.cut', { tokens, window: room }) }];
}

const longestShown = 40;
const mostIds = 8;

/** A text in quotes, its line ends and the like as escapes. */
function shown(text: string): string {
	return JSON.stringify(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text);
}

function shownIds(tokens: readonly number[]): string {
	return `[${tokens.slice(0, mostIds).join(', ')}${tokens.length > mostIds ? ', …' : ''}]`;
}
