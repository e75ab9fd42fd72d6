import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEvaluation } from '../config/parse';
import type { Problem } from '../config/problem';
import { resolveEvaluation } from '../config/resolve';
import type { ModelSpec, ResolvedEvaluation } from '../config/resolved';
import { Failure, inputFailure } from '../protocol/failure';
import { message } from '../protocol/messages';

/** The evaluation file has errors: all of them, each with its place. */
export class InvalidEvaluation extends Failure {
	constructor(
		readonly file: string,
		readonly problems: readonly Problem[],
	) {
		super('input', message('run.invalid-evaluation', { file, count: problems.length }));
	}
}

/** Reads and resolves a `*.eval.yaml`. `text` stands in for the file's content where an editor holds a newer one. */
export async function loadEvaluation(file: string, text?: string): Promise<ResolvedEvaluation> {
	const content = text ?? (await readText(file));
	const { evaluation, problems, locate } = parseEvaluation(content, path.basename(file));
	const resolved = evaluation ? resolveEvaluation(evaluation, { fileName: path.basename(file), locate }) : null;
	const errors = [...problems, ...(resolved?.problems ?? [])].filter(problem => problem.severity === 'error');
	if (errors.length > 0 || !resolved?.resolved) {
		throw new InvalidEvaluation(file, errors);
	}
	return resolved.resolved;
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
		...(models && models.length > 0 ? { models: models.map(namedModel) } : {}),
		...(limit === undefined ? {} : { slice: { ...evaluation.slice, limit } }),
	};
}

function namedModel(name: string): ModelSpec {
	return {
		name,
		source: { path: path.resolve(name) },
		engine: 'onnx',
		revision: 'main',
		dtype: null,
		device: 'auto',
	};
}
