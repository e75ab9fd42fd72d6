import type { Format } from '../config/format';
import { message } from '../protocol/messages';
import { type Prompt, promptText, type Segment } from '../protocol/prompt';
import { pythonLstrip, pythonRstrip } from '../tokenizer/whitespace';
import type { LintField, LintFinding } from './lintFinding';
import { scoredDelimiter } from './render';

/** What the text alone tells, without a tokenizer: labels, and white space where parts of the prompt join. */
export function lintText(prompt: Prompt, format: Format): LintFinding[] {
	return [...lintJoins(prompt.segments, format), ...lintLabelTexts(prompt, format), ...lintEnd(prompt, format)];
}

/** Labels that are the row's own answers: how they are written is the data's affair. */
export function ofData({ choices }: Format): boolean {
	return choices.from === 'choices' || (choices.from === 'each' && /\bchoice\b/.test(choices.template));
}

export function isJoint({ encoding }: Format): boolean {
	return encoding === 'joint' || encoding === 'joint_last';
}

const longestShown = 40;

/** A text in quotes, its line ends and the like as escapes. */
export function shown(text: string): string {
	return JSON.stringify(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text);
}

/** Where one part of the prompt ends and the next begins. A chat's parts are joined by its template. */
function lintJoins(segments: readonly Segment[], format: Format): LintFinding[] {
	if (format.chat) {
		return [];
	}
	const findings = new Map<string, LintFinding>();
	segments.forEach((right, i) => {
		const left = segments[i - 1];
		const finding = left && lintJoinOf(left, right);
		if (finding) {
			findings.set(`${finding.message.code} ${finding.field}`, finding);
		}
	});
	return [...findings.values()];
}

function lintJoinOf(left: Segment, right: Segment): LintFinding | null {
	const field: LintField =
		left.kind === 'description' ? 'description' : left.kind === 'shot' ? 'fewshot_delimiter' : 'doc_to_text';
	if (left.text.endsWith(' ') && right.text.startsWith(' ')) {
		const params = { before: shown(left.text.slice(-12)), after: shown(right.text.slice(0, 12)) };
		return { severity: 'warning', message: message('prompt.lint.joined-spaces', params), field };
	}
	const apart = pythonRstrip(left.text) !== left.text || pythonLstrip(right.text) !== right.text;
	if (apart || field === 'doc_to_text') {
		return null;
	}
	const params = { field, after: shown(left.text.slice(-24) + right.text.slice(0, 12)) };
	return { severity: 'warning', message: message('prompt.lint.glued', params), field };
}

function lintLabelTexts({ continuations }: Prompt, format: Format): LintFinding[] {
	const findings: LintFinding[] = [];
	const field = 'doc_to_choice';
	const empty = continuations.indexOf('');
	if (empty !== -1) {
		findings.push({ severity: 'error', message: message('prompt.lint.empty-label', { number: empty + 1 }), field });
	}
	const second = continuations.findIndex((label, i) => continuations.indexOf(label) !== i);
	if (second !== -1) {
		const label = continuations[second] ?? '';
		const places = { first: continuations.indexOf(label) + 1, second: second + 1 };
		findings.push({
			severity: 'warning',
			message: message('prompt.lint.equal-labels', { ...places, label: shown(label) }),
			field,
		});
	}
	const severity = ofData(format) ? 'info' : 'warning';
	const delimiter = scoredDelimiter(format);
	const labels = continuations.map(text => text.slice(delimiter.length));
	const stray = labels.find(label => pythonRstrip(label) !== label);
	if (stray !== undefined) {
		findings.push({ severity, message: message('prompt.lint.label-ends-in-space', { label: shown(stray) }), field });
	}
	const doubled = labels.findIndex(label => pythonLstrip(label) !== label);
	if (doubled !== -1 && pythonRstrip(delimiter) !== delimiter) {
		const label = shown(continuations[doubled] ?? '');
		findings.push({
			severity,
			message: message('prompt.lint.label-doubles-space', { label }),
			field: 'target_delimiter',
		});
	}
	return findings;
}

function lintEnd(prompt: Prompt, format: Format): LintFinding[] {
	const text = promptText(prompt);
	const end = text.slice(pythonRstrip(text).length);
	if (end === '' || format.chat) {
		return [];
	}
	const field = 'doc_to_text';
	const doubled = prompt.continuations.find(label => pythonLstrip(label) !== label);
	if (doubled !== undefined) {
		return [{ severity: 'warning', message: message('prompt.lint.double-space', { label: shown(doubled) }), field }];
	}
	const severity = isJoint(format) ? 'info' : 'warning';
	return [{ severity, message: message('prompt.lint.trailing-space', { end: shown(end) }), field }];
}
