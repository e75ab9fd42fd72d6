import type { Format } from '../src/config/format';
import { findPreset } from '../src/config/presets';
import type { ResolvedEvaluation } from '../src/config/resolved';
import type { Question } from '../src/data/row';
import type { Json } from '../src/protocol/json';

export interface EvaluationChanges {
	readonly dataset?: Partial<ResolvedEvaluation['dataset']>;
	readonly slice?: Partial<ResolvedEvaluation['slice']>;
	readonly columns?: Partial<ResolvedEvaluation['columns']>;
	readonly on_bad_row?: ResolvedEvaluation['on_bad_row'];
	readonly formats?: readonly Format[];
}

/** An evaluation of the data in `path`, resolved, changed where asked; without formats one that needs no shots. */
export function resolvedEvaluation(path: string, changes: EvaluationChanges = {}): ResolvedEvaluation {
	const formats = changes.formats ?? [presetFormat('mmlu/original', { num_fewshot: 0 })];
	return {
		name: 'test',
		dataset: {
			path,
			names: null,
			revision: 'main',
			test_split: 'test',
			validation_split: 'validation',
			fewshot_split: 'dev',
			id_column: null,
			...changes.dataset,
		},
		slice: { where: [], sample: null, limit: null, ...changes.slice },
		columns: { question: 'question', choices: 'choices', answer: 'answer', subject: 'subject', ...changes.columns },
		on_bad_row: changes.on_bad_row ?? 'error',
		output_type: 'multiple_choice',
		models: [],
		variants: formats.map((format, i) => ({ name: `v${i}`, preset: null, format })),
		assertions: [],
	};
}

/** The format of a preset, members changed. */
export function presetFormat(name: string, changes: Partial<Format> = {}): Format {
	const preset = findPreset(name);
	if (!preset) {
		throw new Error(`no preset ${name}`);
	}
	return { ...preset.format, ...changes };
}

/** A question made of its parts, its row holding the same beside `columns`. */
export function questionOf(parts: {
	readonly key?: string;
	readonly question?: string;
	readonly choices?: readonly string[];
	readonly answer?: number;
	readonly subject?: string | null;
	readonly columns?: ReadonlyMap<string, Json>;
}): Question {
	const { key = 'test/0', question = 'Q?', choices = ['a', 'b', 'c', 'd'], answer = 0, subject = null } = parts;
	const [split = 'test', index = '0'] = key.split('/');
	const values = new Map<string, Json>([
		...(parts.columns ?? []),
		['question', question],
		['choices', choices],
		['answer', answer],
	]);
	const row = { key, split, index: Number(index), values, contentHash: '' };
	return { row, key, question, choices, answer, subject };
}
