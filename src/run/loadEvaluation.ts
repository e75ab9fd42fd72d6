import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { resolveModels } from '../config/models';
import type { Locate, Problem } from '../config/problem';
import { readEvaluation } from '../config/readEvaluation';
import type { ModelSpec, ResolvedEvaluation } from '../config/resolved';
import type { EvaluationFile } from '../config/schema';
import { Failure, inputFailure } from '../protocol/failure';
import { message } from '../protocol/messages';
import { localTaskFiles } from './taskFiles';

/** The evaluation file has errors: all of them, each with its place. */
export class InvalidEvaluation extends Failure {
	constructor(
		readonly file: string,
		readonly problems: readonly Problem[],
	) {
		super('input', message('run.invalid-evaluation', { file, count: problems.length }));
	}
}

export interface LoadedEvaluation {
	readonly evaluation: ResolvedEvaluation;
	readonly warnings: readonly Problem[];
	/** What the file says, before defaults and inheritance. */
	readonly file: EvaluationFile;
	readonly locate: Locate;
}

/**
 * Reads and resolves a `*.eval.yaml` with the task file it names. `text` stands in for the file's content where an editor
 * holds a newer one.
 */
export async function loadEvaluation(file: string, text?: string): Promise<LoadedEvaluation> {
	const content = text ?? (await readText(file));
	const { parsed, resolved, problems } = await readEvaluation(content, {
		fileName: path.basename(file),
		files: localTaskFiles(path.dirname(path.resolve(file))),
	});
	const { evaluation, locate } = parsed;
	const errors = problems.filter(problem => problem.severity === 'error');
	if (errors.length > 0 || !evaluation || !resolved) {
		throw new InvalidEvaluation(file, errors);
	}
	const warnings = problems.filter(problem => problem.severity === 'warning');
	return { evaluation: resolved, warnings, file: evaluation, locate };
}

async function readText(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		throw inputFailure('run.no-evaluation', { file }, error);
	}
}

/** What the command line changes of an evaluation. */
export interface Overrides {
	/** Paths from the working directory, or Hub ids; in place of the file's list. */
	readonly models?: readonly string[];
	readonly limit?: number;
}

export function override(evaluation: ResolvedEvaluation, { models, limit }: Overrides): ResolvedEvaluation {
	return {
		...evaluation,
		...(models && models.length > 0 ? { models: resolveModels([...models]).models.map(fromWorkingDirectory) } : {}),
		...(limit === undefined ? {} : { slice: { ...evaluation.slice, limit } }),
	};
}

/** Paths on the command line count from the working directory, those of the file from the file. */
function fromWorkingDirectory(model: ModelSpec): ModelSpec {
	const { source } = model;
	const isPath = 'path' in source || existsSync(source.id);
	return isPath ? { ...model, source: { path: path.resolve('path' in source ? source.path : source.id) } } : model;
}
