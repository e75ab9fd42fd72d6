import type { AnswerFilter, Generation } from '../config/format';
import { pythonRegex } from '../config/pythonRegex';
import { pythonStrip } from '../tokenizer/whitespace';

/** What a written text says, after the format's filters and without the differences that do not count. */
export function readAnswer(written: string, generation: Generation): string {
	return normalised(generation.filters.reduce(filtered, written), generation);
}

/** The first of the labels that a read answer is; null where it is none. */
export function chosenLabel(answer: string, labels: readonly string[], generation: Generation): number | null {
	const index = labels.findIndex(label => normalised(label, generation) === answer);
	return index === -1 ? null : index;
}

/** Whether a read answer is one of the texts. */
export function isOneOf(answer: string, targets: readonly string[], generation: Generation): boolean {
	return targets.some(target => normalised(target, generation) === answer);
}

/** One of lm-evaluation-harness's filters (lm_eval/filters), applied to one text. */
function filtered(text: string, step: AnswerFilter): string {
	switch (step.filter) {
		case 'first_line':
			return text.split('\n', 1)[0] ?? '';
		case 'strip':
			return pythonStrip(text);
		case 'lowercase':
			return text.toLowerCase();
		case 'uppercase':
			return text.toUpperCase();
		case 'regex': {
			const match = [...text.matchAll(pythonRegex(step.pattern))].at(step.match);
			return found(match) ?? step.fallback;
		}
		case 'take_first':
			return text;
	}
}

/** The first group that matched something, or the whole match of a pattern without groups; undefined where nothing did. */
function found(match: RegExpExecArray | undefined): string | undefined {
	if (!match || match.length === 1) {
		return match && pythonStrip(match[0]);
	}
	const groups = match.slice(1);
	// Of several groups Python's findall gives a tuple, of which the harness takes the first that is not empty.
	const group = groups.length === 1 ? (groups[0] ?? '') : groups.find(text => text);
	return group === undefined ? undefined : pythonStrip(group);
}

/** In lm-evaluation-harness's order of `exact_match`; outer white space goes last, so that nothing brings it back. */
function normalised(text: string, { ignore, ignore_patterns }: Generation): string {
	let kept = text;
	for (const pattern of ignore_patterns) {
		kept = kept.replace(pythonRegex(pattern), '');
	}
	if (ignore.includes('case')) {
		kept = kept.toLowerCase();
	}
	if (ignore.includes('punctuation')) {
		kept = kept.replace(/[!-/:-@[-`{-~]/g, '');
	}
	if (ignore.includes('numbers')) {
		kept = kept.replace(/[0-9]/g, '');
	}
	return ignore.includes('outer_white_space') ? pythonStrip(kept) : kept;
}
