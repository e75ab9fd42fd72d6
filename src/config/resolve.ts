import { canonicalJson } from '../protocol/json';
import { message } from '../protocol/messages';
import { closest } from './closest';
import { codeList } from './findings';
import { ancestry, inheritanceFindings, type Parents, parentsOf } from './inheritance';
import { resolveModels } from './models';
import { toProblem } from './parse';
import { plainFormat } from './plainFormat';
import { findPreset, presetNames } from './presets';
import type { FieldPath, Finding, Locate, Problem } from './problem';
import type { Assertion, DatasetSpec, ResolvedEvaluation, SliceSpec, Variant } from './resolved';
import { type EvaluationFile, type TaskFields, taskFieldNames, type VariantFields } from './schema';
import { scoringFindings } from './scoringFindings';
import type { ReadTask } from './taskFile/readTask';
import { unrunnable, withFields } from './variantFormat';

export interface ResolveOptions {
	/** Path or name of the evaluation file; gives the evaluation its name where it has none. */
	readonly fileName: string;
	readonly locate: Locate;
	/** What the file's `task` says. */
	readonly task?: Pick<ReadTask, 'defaults' | 'places'>;
}

export interface Resolution {
	/** Null where a problem is an error, and where the file has a `task` that was not read. */
	readonly resolved: ResolvedEvaluation | null;
	readonly problems: readonly Problem[];
}

/**
 * Fills in defaults and applies inheritance, by the contract's "What wins": a preset owns its fields over the file's own;
 * inside a variant fields override its preset; `num_fewshot` comes from the variant, then the file, then the preset.
 * A task's fields are defaults of the file's. What is valid but not run by this version is an error here.
 */
export function resolveEvaluation(own: EvaluationFile, { fileName, locate, task }: ResolveOptions): Resolution {
	const file: EvaluationFile = { ...task?.defaults, ...own };
	if (file.dataset_path === undefined) {
		return { resolved: null, problems: [] };
	}
	const dataset = datasetSpec(file, file.dataset_path);
	const parents = parentsOf(file.variants ?? new Map());
	const broken = inheritanceFindings(parents);
	if (broken.length > 0) {
		return { resolved: null, problems: broken.map(finding => toProblem(finding, locate)) };
	}
	const { models, findings: modelFindings } = resolveModels(file.models);
	const names = parents.size > 0 ? [...parents.keys()] : [defaultVariant];
	const variants = names.map(name => resolveVariant(name, file, parents, dataset));
	const findings = unique([
		...variants.flatMap(v => v.findings),
		...fieldsWithoutEffect(own, variants),
		...modelFindings,
		...unknownVariants(file, names),
	]);
	const problems = findings.map(finding => inTask(finding, own, task) ?? toProblem(finding, locate));
	if (problems.some(problem => problem.severity === 'error')) {
		return { resolved: null, problems };
	}
	const resolved: ResolvedEvaluation = {
		name: file.name ?? nameOf(fileName),
		dataset,
		slice: sliceSpec(file),
		columns: {
			question: file.columns?.question ?? 'question',
			choices: file.columns?.choices ?? 'choices',
			answer: file.columns?.answer ?? 'answer',
			subject: file.columns?.subject ?? 'subject',
		},
		on_bad_row: file.on_bad_row ?? 'error',
		output_type: file.output_type ?? 'multiple_choice',
		models,
		variants: variants.map(v => v.variant),
		assertions: (file.assert ?? []).map(assertion),
	};
	return { resolved, problems };
}

/** The variant of a file that names none. */
const defaultVariant = 'default';

/** The problem of a field that the task file says and the evaluation does not. */
function inTask(finding: Finding, own: EvaluationFile, task: ResolveOptions['task']): Problem | null {
	const [field, ...rest] = finding.path;
	const placed = own[field as keyof EvaluationFile] === undefined ? task?.places.get(String(field)) : undefined;
	return placed
		? {
				...toProblem(finding, (_, part) => placed.yaml.locate([...placed.path, ...rest], part)),
				file: placed.yaml.path,
			}
		: null;
}

/** `runs/mmlu.eval.yaml` → `mmlu`. */
function nameOf(fileName: string): string {
	const base = fileName.split(/[\\/]/).at(-1) ?? fileName;
	return base.replace(/(\.eval)?\.ya?ml$/i, '') || base;
}

function datasetSpec(file: EvaluationFile, path: string): DatasetSpec {
	const name = file.dataset_name ?? null;
	return {
		path,
		names: typeof name === 'string' && name !== 'all' ? [name] : name === 'all' ? 'all' : name,
		revision: file.revision ?? 'main',
		test_split: file.test_split ?? 'test',
		validation_split: file.validation_split ?? 'validation',
		fewshot_split: file.fewshot_split ?? 'dev',
		id_column: file.id_column ?? null,
	};
}

function sliceSpec({ where = new Map(), sample, limit }: EvaluationFile): SliceSpec {
	return {
		where: [...where].map(([column, values]) => ({ column, values: Array.isArray(values) ? values : [values] })),
		sample: sample ? { size: sample.size, seed: sample.seed ?? 0 } : null,
		limit: limit ?? null,
	};
}

interface VariantResolution {
	readonly variant: Variant;
	readonly findings: readonly Finding[];
}

function resolveVariant(name: string, file: EvaluationFile, parents: Parents, dataset: DatasetSpec): VariantResolution {
	const { chain, preset: presetName } = ancestry(name, parents);
	const preset = presetName === null ? undefined : findPreset(presetName);
	const links = chain.map(link => ({ path: ['variants', link], fields: fieldsOf(file, link) }));
	const fields: VariantFields = preset ? { num_fewshot: file.num_fewshot } : { ...file };
	for (const link of links.toReversed()) {
		Object.assign(fields, link.fields);
	}
	const pathOf = (field: keyof TaskFields): FieldPath => [
		...(links.find(link => link.fields[field] !== undefined)?.path ?? []),
		field,
	];
	const format = withFields(preset?.format ?? plainFormat, fields, dataset);
	const findings = [...unrunnable(fields, dataset, pathOf), ...scoringFindings(fields, format, pathOf)];
	if (!preset && fields.doc_to_text === undefined) {
		findings.push({
			severity: 'error',
			message: message('config.no-doc-to-text', { variant: name, preset: presetNames[0] ?? '' }),
			path: parents.has(name) ? ['variants', name] : [],
			part: 'key',
		});
	}
	return { variant: { name, preset: preset?.name ?? null, format }, findings };
}

function fieldsOf(file: EvaluationFile, variant: string): VariantFields {
	const value = file.variants?.get(variant);
	return typeof value === 'object' ? value : {};
}

/** The file's own values where all variants bring theirs: harmless, but not what their author believes. */
function fieldsWithoutEffect(file: EvaluationFile, variants: readonly VariantResolution[]): Finding[] {
	if (variants.some(({ variant }) => variant.preset === null)) {
		return [];
	}
	return taskFieldNames
		.filter(field => field !== 'num_fewshot' && file[field] !== undefined && file[field] !== 'multiple_choice')
		.map(field => ({
			severity: 'warning',
			message: message('config.no-effect', { field }),
			path: [field],
			part: 'key',
		}));
}

function unknownVariants({ assert = [] }: EvaluationFile, variants: readonly string[]): Finding[] {
	return assert.flatMap((entry, i) =>
		(['variant', 'base'] as const).flatMap((field): Finding[] => {
			const name = entry[field];
			if (name === undefined || variants.includes(name)) {
				return [];
			}
			const at = { severity: 'error', path: ['assert', i, field], part: 'value' } as const;
			const suggestion = closest(name, variants);
			return [
				suggestion === null
					? { ...at, message: message('config.unknown-variant', { name, variants: codeList(variants) }) }
					: { ...at, message: message('config.unknown-variant-closest', { name, suggestion }), suggestion },
			];
		}),
	);
}

function assertion(entry: NonNullable<EvaluationFile['assert']>[number]): Assertion {
	return {
		metric: entry.metric,
		model: entry.model ?? null,
		variant: entry.variant ?? null,
		base: entry.base ?? null,
		min: entry.min ?? null,
		max: entry.max ?? null,
	};
}

/** A field that several variants inherit is reported once, where it stands. */
function unique(findings: readonly Finding[]): Finding[] {
	const byPlace = new Map(findings.map(f => [JSON.stringify([f.path, f.message]), f]));
	return [...byPlace.values()];
}

/**
 * Equal for two evaluations that give the same samples in the same order, and only for those: what a run continues by.
 * The name, the assertions and the presets' names say how results are shown and judged, not what they are; conditions of
 * `where` and their values have no order.
 */
export function canonicalEvaluation(evaluation: ResolvedEvaluation): string {
	const { dataset, slice, columns, on_bad_row, output_type, models, variants } = evaluation;
	const where = slice.where.map(({ column, values }) => ({
		column,
		values: [...new Set(values.map(value => canonicalJson(value)))].sort(),
	}));
	return canonicalJson({
		dataset,
		slice: { ...slice, where: where.sort((a, b) => (a.column < b.column ? -1 : 1)) },
		columns,
		on_bad_row,
		output_type,
		// A run that lost its device may go on under another policy, which changes no number by itself.
		models: models.map(({ on_device_failure: _, launch, ...model }) => ({
			...model,
			// Another hour, or another address of the same server: what answers is compared when the run goes on.
			engine: launch ? 'endpoint' : 'onnx',
		})),
		variants: variants.map(({ name, format }) => ({ name, format })),
	});
}
