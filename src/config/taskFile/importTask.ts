import { Document, isScalar, Scalar, visit } from 'yaml';
import type { Problem, SourceRange } from '../problem';
import { resolveEvaluation } from '../resolve';
import type { EvaluationFile } from '../schema';
import { noTaskFile, readTask } from './readTask';
import type { TaskFiles } from './taskFiles';

export interface ImportedTask {
	/** A complete `*.eval.yaml` without `task`; empty where a problem is an error. */
	readonly yaml: string;
	readonly problems: readonly Problem[];
}

/**
 * Writes what a task file says as an evaluation of its own, which resolves to the same as `task: path` with a variant
 * `default` does. Where lm-evaluation-harness draws shots at random, the first rows stand in for them, and a warning and a
 * comment say so.
 * @param path From the folder that the evaluation will stand in, as those of `files` do.
 */
export async function importTaskFile(path: string, files: TaskFiles): Promise<ImportedTask> {
	const asIs = await readTask(path, files);
	const isDrawn = asIs.problems?.some(isRandomShots) ?? false;
	const own = isDrawn ? { fewshot_config: firstRows } : {};
	const task = isDrawn ? await readTask(path, files, own) : asIs;
	if (!task.problems) {
		return { yaml: '', problems: [{ severity: 'error', message: noTaskFile(path), range: start }] };
	}
	const drawn = (asIs.problems ?? []).filter(isRandomShots).map(
		(problem): Problem => ({
			...problem,
			severity: 'warning',
		}),
	);
	const isRead = task.problems.every(({ severity }) => severity === 'warning');
	const ofAll = isRead ? resolveEvaluation(own, { fileName: path, locate: () => start, task }).problems : [];
	const problems = [...task.problems, ...drawn, ...ofAll];
	if (problems.some(({ severity }) => severity === 'error')) {
		return { yaml: '', problems };
	}
	return { yaml: evaluationText({ ...task.defaults, ...own }, path, isDrawn), problems };
}

const start: SourceRange = { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };

const firstRows = { sampler: 'first_n' } as const;

function isRandomShots({ message }: Problem): boolean {
	return message.code === 'config.task-sampler';
}

/** The sections of the file: what stands above them, and their fields in order. */
const sections: readonly { readonly comment: string; readonly fields: readonly (keyof EvaluationFile)[] }[] = [
	{
		comment: 'The data: a dataset on the Hugging Face Hub, or a folder or file beside this file.',
		fields: ['dataset_path', 'dataset_name', 'revision', 'test_split', 'validation_split', 'fewshot_split'],
	},
	{
		comment: 'The prompt. Templates are Jinja over the columns; block texts end as |- and | say.',
		fields: ['output_type', 'description', 'doc_to_text', 'doc_to_choice', 'doc_to_target'],
	},
	{ comment: 'What stands between its parts.', fields: ['target_delimiter', 'fewshot_delimiter'] },
	{ comment: 'Solved examples before the question.', fields: ['num_fewshot', 'fewshot_config'] },
	{
		comment: 'How answers are obtained and judged.',
		fields: ['generation_kwargs', 'filter_list', 'metric_list', 'on_too_long'],
	},
];

const randomShots = 'lm-evaluation-harness draws them at random; here they are the first rows of the split.';

function evaluationText(fields: Partial<EvaluationFile>, path: string, isDrawn: boolean): string {
	const written = sections.flatMap(({ comment, fields: names }) => {
		const present = names.filter(name => fields[name] !== undefined);
		const more = isDrawn && names.includes('fewshot_config') ? `# ${randomShots}\n` : '';
		return present.length > 0
			? [`# ${comment}\n${more}${present.map(name => fieldText(name, fields[name])).join('')}`]
			: [];
	});
	return [
		`# Imported from the lm-evaluation-harness task ${JSON.stringify(path)}.\n`,
		...written,
		'# The formats to compare; the first is the base. Add a preset, or fields that change the task’s own.\nvariants:\n  default: {}\n',
		'# Add models to run. Prompts can be looked at without any.\n# models: []\n',
	].join('\n');
}

/** `name: value` as YAML in which every text means itself. */
function fieldText(name: string, value: unknown): string {
	const document = new Document({ [name]: value }, { aliasDuplicateObjects: false });
	visit(document, {
		Scalar(key, scalar) {
			if (key !== 'key' && isScalar(scalar) && typeof scalar.value === 'string') {
				scalar.type = styleOf(scalar.value);
			}
		},
	});
	return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}

/** Blocks for texts of several lines; what a block hides, its outer white space, is written out in double quotes. */
function styleOf(text: string): Scalar.Type {
	const isBlock = /\S\n\S/.test(text) && !/^\s|[^\S\n]$|\s\n|\n\n$|[^\n\x20-\x7e\xa1-\ud7ff\ue000-\ufefe]/.test(text);
	const isPlain = /^[A-Za-z][\w./ -]*$/.test(text) && !/\s$/.test(text);
	return isBlock ? Scalar.BLOCK_LITERAL : isPlain ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
}
