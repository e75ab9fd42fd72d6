import path from 'node:path';
import { environmentConnection } from '../hub/environment';
import { openHub } from '../hub/hub';
import { neverCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { promptText } from '../protocol/prompt';
import { openPreview } from '../run/preview';
import type { Previewed } from '../run/previewSession';
import { type ExitCode, exitCodes } from './exitCodes';
import { printable, type Terminal, writeAll } from './terminal';

export interface PreviewOptions {
	readonly variant?: readonly string[];
	readonly example: string;
	readonly json?: boolean;
}

/** `eval-lens preview FILE`: variants in order, their examples in order. */
export async function preview(file: string, options: PreviewOptions, { stdout }: Terminal): Promise<ExitCode> {
	const opened = await openPreview(
		{ file: path.resolve(file), hub: openHub(environmentConnection(process.env)) },
		neverCancelled,
	);
	const variants = options.variant ?? opened.evaluation.variants.map(variant => variant.name);
	const examples = chosenExamples(options.example, opened.examples.length);
	for (const variant of variants) {
		for (const example of examples) {
			const previewed = opened.render(example, variant);
			await writeAll(stdout, options.json ? `${previewJson(previewed)}\n` : previewText(previewed));
		}
	}
	return exitCodes.done;
}

/** `N`, `N-M` (both included) or `all`, counted from 0. */
function chosenExamples(text: string, count: number): number[] {
	if (text === 'all') {
		return Array.from({ length: count }, (_, i) => i);
	}
	const match = /^(\d+)(?:-(\d+))?$/.exec(text);
	const first = Number(match?.[1]);
	const last = Number(match?.[2] ?? match?.[1]);
	if (!match || last < first) {
		throw inputFailure('run.bad-example', { example: text });
	}
	if (last >= count) {
		throw inputFailure('run.example-out-of-range', { example: last, examples: count });
	}
	return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function previewJson({ variant, question, prompt }: Previewed): string {
	return JSON.stringify({
		variant,
		key: question.key,
		subject: question.subject,
		prompt: promptText(prompt),
		segments: prompt.segments,
		continuations: prompt.continuations,
	});
}

function previewText({ variant, question, prompt }: Previewed): string {
	const continuations = printable(prompt.continuations.map(text => JSON.stringify(text)).join(' '));
	return `── ${printable(variant)} · ${printable(question.key)}\n${printable(promptText(prompt))}▮\n   scored: ${continuations}\n\n`;
}
