import { type ParsedEvaluation, parseEvaluation } from './parse';
import type { Problem } from './problem';
import { resolveEvaluation } from './resolve';
import type { ResolvedEvaluation } from './resolved';
import { noTaskFile, readTask } from './taskFile/readTask';
import type { TaskFiles } from './taskFile/taskFiles';

export interface ReadEvaluation {
	readonly parsed: ParsedEvaluation;
	/** Null where a problem is an error. */
	readonly resolved: ResolvedEvaluation | null;
	/** All there are: of the text, of the task file it names, and of what both say together. */
	readonly problems: readonly Problem[];
}

/**
 * Reads the text of a `*.eval.yaml` with the task file that it names, and resolves it. Throws only what `files` throws.
 * @param options.files Paths count from the evaluation's folder.
 */
export async function readEvaluation(
	text: string,
	{ fileName, files }: { readonly fileName: string; readonly files: TaskFiles },
): Promise<ReadEvaluation> {
	const parsed = parseEvaluation(text);
	const { evaluation, locate } = parsed;
	if (!evaluation) {
		return { parsed, resolved: null, problems: parsed.problems };
	}
	if (evaluation.task === undefined) {
		const { resolved, problems } = resolveEvaluation(evaluation, { fileName, locate });
		return { parsed, resolved, problems: [...parsed.problems, ...problems] };
	}
	const task = await readTask(evaluation.task, files, evaluation);
	const ofTask: readonly Problem[] = task.problems ?? [
		{ severity: 'error', message: noTaskFile(evaluation.task), range: locate(['task']) },
	];
	if (ofTask.some(({ severity }) => severity === 'error')) {
		return { parsed, resolved: null, problems: [...parsed.problems, ...ofTask] };
	}
	const { resolved, problems } = resolveEvaluation(evaluation, { fileName, locate, task });
	return { parsed, resolved, problems: [...parsed.problems, ...ofTask, ...problems] };
}
