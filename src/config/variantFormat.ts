import { message } from '../protocol/messages';
import { codeList } from './findings';
import type { ChatFormat, ChoiceSource, Format } from './format';
import { generationFindings, plainGeneration, withGenerationFields } from './generationFields';
import { plainFormat } from './plainFormat';
import type { FieldPath, Finding } from './problem';
import type { DatasetSpec } from './resolved';
import type { TaskFields } from './schema';

type Splits = Pick<DatasetSpec, 'fewshot_split' | 'validation_split'>;

/** A format with the fields that are given put in place of its own. Those that cannot run are left to `unrunnable`. */
export function withFields(
	format: Format,
	fields: TaskFields & { readonly seed?: number | undefined },
	splits: Splits,
): Format {
	const { doc_to_text, doc_to_choice, doc_to_target, fewshot_config, on_too_long } = fields;
	const chat = chatOf(format.chat, fields);
	const alsoAccNorm = fields.metric_list?.some(({ metric }) => metric === 'acc_norm') ?? false;
	return {
		...format,
		description: fields.description ?? format.description,
		item: typeof doc_to_text === 'string' ? [{ kind: 'question', template: templateOf(doc_to_text) }] : format.item,
		choices: doc_to_choice === undefined ? format.choices : choiceSource(doc_to_choice),
		doc_to_target: doc_to_target === undefined || Array.isArray(doc_to_target) ? format.doc_to_target : doc_to_target,
		target_delimiter: fields.target_delimiter ?? format.target_delimiter,
		// The template's own marks end where the answer begins: a delimiter would be a part of it.
		scored_delimiter: chat ? '' : format.scored_delimiter,
		fewshot_delimiter: fields.fewshot_delimiter ?? format.fewshot_delimiter,
		num_fewshot: fields.num_fewshot ?? format.num_fewshot,
		shots:
			fewshot_config === undefined
				? format.shots
				: {
						split: shotSplit(fewshot_config, format, splits),
						order: fewshot_config.sampler === undefined ? format.shots.order : 'file',
					},
		seed: fields.seed ?? format.seed,
		// Own templates bring no number of choices with them.
		choice_count: doc_to_text === undefined && doc_to_choice === undefined ? format.choice_count : null,
		bos: fields.add_bos_token ?? format.bos,
		scoring: scoringOf(format, fields),
		...(alsoAccNorm && { aggregate: 'acc_norm', acc_norm: 'characters' }),
		too_long: on_too_long === undefined ? format.too_long : on_too_long === 'cut' ? 'cut_start' : 'error',
		chat,
	};
}

/** A format scored by generation may be scored by log-probabilities instead, and the other way round. */
function scoringOf(format: Format, fields: TaskFields): Format['scoring'] {
	const { scoring } = format;
	if (fields.output_type === undefined ? typeof scoring === 'string' : fields.output_type !== 'generate_until') {
		return typeof scoring === 'string' ? scoring : 'loglikelihood';
	}
	// Without labels of its own or a preset's, a task's answer is the text of its target.
	const free = format === plainFormat && fields.doc_to_choice === undefined;
	const delimiter = fields.fewshot_delimiter ?? format.fewshot_delimiter;
	const base = typeof scoring === 'string' ? plainGeneration(delimiter, free ? 'target' : 'labels') : scoring;
	return withGenerationFields(base, fields);
}

/** Shots are turns where nothing is said, as lm-evaluation-harness has it since it asks that question. */
function chatOf(chat: ChatFormat | null, fields: TaskFields): ChatFormat | null {
	if (!(fields.apply_chat_template ?? chat !== null)) {
		return null;
	}
	return {
		multiturn: fields.fewshot_as_multiturn ?? chat?.multiturn ?? true,
		system: fields.system_instruction ?? chat?.system ?? null,
	};
}

/** As in lm-evaluation-harness a bare name is a column. */
function templateOf(docToText: string): string {
	return /^[A-Za-z_]\w*$/.test(docToText) ? `{{${docToText}}}` : docToText;
}

function choiceSource(docToChoice: NonNullable<TaskFields['doc_to_choice']>): ChoiceSource {
	return typeof docToChoice === 'string'
		? { from: 'field', field: docToChoice }
		: { from: 'list', templates: docToChoice.map(String) };
}

function shotSplit(
	{ split }: NonNullable<TaskFields['fewshot_config']>,
	format: Format,
	splits: Splits,
): Format['shots']['split'] {
	if (split === undefined) {
		return format.shots.split;
	}
	return split === splits.validation_split && split !== splits.fewshot_split ? 'validation' : 'fewshot';
}

const runnable = ['multiple_choice', 'generate_until'] as const;

/** What these fields ask for and this version cannot do. `pathOf` tells where a field was written. */
export function unrunnable(
	fields: TaskFields,
	splits: Splits,
	pathOf: (field: keyof TaskFields) => FieldPath,
): Finding[] {
	const findings: Finding[] = [];
	const notYet = (field: keyof TaskFields, value: string | number | boolean) => {
		const params = { field, value: String(value) };
		findings.push({
			severity: 'error',
			message: message('config.not-run-yet', params),
			path: pathOf(field),
			part: 'value',
		});
	};
	const { output_type = 'multiple_choice', doc_to_text, doc_to_target, fewshot_config } = fields;
	if (!runnable.some(type => type === output_type)) {
		findings.push({
			severity: 'error',
			message: message('config.output-type-not-run', { value: output_type, supported: codeList(runnable) }),
			path: pathOf('output_type'),
			part: 'value',
		});
	}
	findings.push(...generationFindings(fields, pathOf));
	if (fields.apply_chat_template === undefined) {
		for (const field of ['fewshot_as_multiturn', 'system_instruction'] as const) {
			if (fields[field]) {
				findings.push({
					severity: 'error',
					message: message('config.needs-chat', { field }),
					path: pathOf(field),
					part: 'key',
				});
			}
		}
	}
	if (typeof doc_to_text === 'number') {
		notYet('doc_to_text', doc_to_text);
	}
	if (Array.isArray(doc_to_target)) {
		notYet('doc_to_target', '[…]');
	}
	const { sampler, split } = fewshot_config ?? {};
	if (sampler !== undefined && sampler !== 'first_n') {
		findings.push({
			severity: 'error',
			message: message('config.unsupported-sampler', { sampler, supported: codeList(['first_n']) }),
			path: [...pathOf('fewshot_config'), 'sampler'],
			part: 'value',
		});
	}
	const { fewshot_split: fewshot, validation_split: validation } = splits;
	if (split !== undefined && split !== fewshot && split !== validation) {
		findings.push({
			severity: 'error',
			message: message('config.unsupported-shot-split', { split, fewshot, validation }),
			path: [...pathOf('fewshot_config'), 'split'],
			part: 'value',
		});
	}
	return findings;
}
