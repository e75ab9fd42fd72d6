import type { Column, SplitInfo, TrainEvalEntry } from '../../hub/repository';
import { shapeOfColumns } from './guessedShape';
import { shapeOfRecipe } from './recipeShape';
import type { Rows, TaskShape } from './taskShape';
import { columnTemplate } from './templates';
import { commentLines, fieldLines, listLines } from './yamlLines';

/** What is known of a dataset when an evaluation is drafted from it. Everything of the Hub is hostile. */
export interface DraftSource {
	/** As `dataset_path`: an id of the Hub, or a path from the evaluation. */
	readonly path: string;
	/** Of the card; null where there is none. */
	readonly description: string | null;
	readonly splits: readonly SplitInfo[];
	/** The config and the split that are evaluated. */
	readonly chosen: ChosenSplit;
	/** The columns and first rows of that split. */
	readonly columns: readonly Column[];
	readonly rows: Rows;
}

export interface ChosenSplit {
	/** Null for a dataset without configs. */
	readonly config: string | null;
	readonly split: string;
	/** What the card says of it. */
	readonly recipe: TrainEvalEntry | null;
}

/** What a person pointed at. */
export interface Wanted {
	readonly config?: string | undefined;
	readonly split?: string | undefined;
}

/**
 * Which config and split to evaluate: what was pointed at, else what the card says, as far as the dataset has it, else a
 * config that sounds like the whole and the split that sounds like a test. Null where there is no split at all.
 */
export function chooseSplit(
	splits: readonly SplitInfo[],
	recipes: readonly TrainEvalEntry[],
	wanted: Wanted = {},
): ChosenSplit | null {
	const configs = [...new Set(splits.map(({ config }) => config))];
	const known = (name: string | null | undefined) => configs.find(config => config === name);
	// Cards of the first years name a config `owner--name`, which is now `default` or the only one.
	const ofRecipe = (entry: TrainEvalEntry | undefined) =>
		entry &&
		(known(entry.config) ??
			known('default') ??
			(configs.length === 1 || recipes.length === 1 ? configs[0] : undefined));
	const matching = recipes.filter(entry => ofRecipe(entry) !== undefined);
	const config = known(wanted.config) ?? ofRecipe(matching[0]) ?? known('default') ?? known('main') ?? configs[0];
	if (config === undefined) {
		return null;
	}
	const recipe = matching.find(entry => ofRecipe(entry) === config) ?? null;
	const names = splits.filter(one => one.config === config).map(({ split }) => split);
	const split = [wanted.split, recipe?.evalSplit, ...inOrder(names, ['test', 'validation', 'val', 'dev', 'eval'])].find(
		name => name !== undefined && name !== null && names.includes(name),
	);
	return { config, split: split ?? names[0] ?? 'test', recipe };
}

/**
 * The split to evaluate in place of one whose labels are hidden, as those of GLUE's test splits are; null where the labels
 * are there, or there is no other.
 */
export function splitWithLabels({ splits, chosen, columns, rows }: DraftSource): string | null {
	const label = labelColumn(shapeOf({ chosen, columns, rows })?.shape ?? null);
	const isHidden = (cell: unknown) => cell === -1 || cell === null || cell === '' || cell === undefined;
	if (label === null || rows.length === 0 || !rows.every(row => isHidden(row.get(label)))) {
		return null;
	}
	const others = splits.filter(({ config, split }) => config === (chosen.config ?? config) && split !== chosen.split);
	return (
		inOrder(
			others.map(({ split }) => split),
			['validation', 'val', 'dev', 'train'],
		)[0] ?? null
	);
}

function labelColumn(shape: TaskShape | null): string | null {
	return shape?.kind === 'scored' ? shape.label : shape?.kind === 'questions' ? shape.answer : null;
}

/** Where the shape of an evaluation comes from. */
function shapeOf({ chosen: { recipe }, columns, rows }: Pick<DraftSource, 'chosen' | 'columns' | 'rows'>): {
	readonly shape: TaskShape;
	readonly from: 'card' | 'columns';
} | null {
	const recipeShape = recipe && shapeOfRecipe(recipe, columns, rows);
	if (recipeShape) {
		return { shape: recipeShape, from: 'card' };
	}
	const shape = shapeOfColumns(columns, rows);
	return shape && { shape, from: 'columns' };
}

/** The text of a `*.eval.yaml` that has no errors, with comments for whoever reads it first. */
export function draftEvaluation(source: DraftSource): string {
	const { path, chosen, splits, columns, description } = source;
	const found = shapeOf(source);
	const shape = found?.shape ?? anyShape(columns);
	const names = splits.filter(({ config }) => config === (chosen.config ?? config)).map(({ split }) => split);
	const [shots] = inOrder(names, ['dev', 'train', 'validation']).filter(name => name !== chosen.split);
	const [validation] = inOrder(names, ['validation', 'val', 'dev', 'train']).filter(name => name !== chosen.split);
	const shotCount = shots === undefined ? 0 : shotsOf(shape);
	const configs = [...new Set(splits.map(({ config }) => config))];
	return [
		...(description === null ? [] : commentLines(description.slice(0, 300))),
		...commentLines(originOf(found?.from ?? null, chosen.recipe, columns)),
		'',
		...fieldLines('dataset_path', path),
		...(chosen.config === null || (configs.length === 1 && chosen.config === 'default')
			? []
			: fieldLines('dataset_name', chosen.config)),
		...(configs.length > 1
			? commentLines(`One of ${configs.length} configs; dataset_name takes a list of them, or all.`)
			: []),
		...fieldLines('test_split', chosen.split),
		...(shots === undefined ? [] : fieldLines('fewshot_split', shots)),
		...(validation !== undefined && shape.kind === 'questions' && shotCount > 0
			? fieldLines('validation_split', validation)
			: []),
		...commentLines('The first examples only; take this away for all of them.'),
		'limit: 100',
		'',
		...(shots === undefined ? commentLines('There is no other split to take solved examples from.') : []),
		...fieldLines('num_fewshot', shotCount),
		...taskLines(shape),
		...metricLines(shape, chosen.recipe),
		'',
		...commentLines('Prompts can be previewed without a model. The view Models adds one here.'),
		'models: []',
		'',
		...variantLines(shape),
		'',
	].join('\n');
}

function originOf(from: 'card' | 'columns' | null, recipe: TrainEvalEntry | null, columns: readonly Column[]): string {
	switch (from) {
		case 'card':
			return `Task, splits and columns are those of the dataset's card (${recipe?.taskId ?? recipe?.task}).`;
		case 'columns':
			return recipe
				? `The card describes ${recipe.taskId ?? recipe.task}, which cannot be run as it stands: this is a guess from the columns.`
				: 'The card has no recipe: this is a guess from the names and types of the columns.';
		case null:
			return `Neither the card nor the columns tell what to ask: change the templates. Columns: ${columns
				.map(({ name, type }) => `${name} (${type})`)
				.join(', ')
				.slice(0, 1000)}.`;
	}
}

/** Something to start from: the first column is shown, the last is asked for. */
function anyShape(columns: readonly Column[]): TaskShape {
	const cell = (column: Column | undefined, otherwise: string) => (column ? columnTemplate(column.name) : otherwise);
	return { kind: 'written', text: cell(columns[0], 'Question:'), target: cell(columns.at(-1), '-'), tokens: 64 };
}

/** Enough to show the form of an answer; long texts would fill the window of a small model. */
function shotsOf(shape: TaskShape): number {
	return shape.kind === 'questions' ? 5 : shape.kind === 'scored' ? 4 : shape.tokens > 64 ? 0 : 2;
}

function taskLines(shape: TaskShape): readonly string[] {
	switch (shape.kind) {
		case 'questions': {
			const mapping = (['question', 'choices', 'answer'] as const).filter(name => shape[name] !== name);
			return [
				'output_type: multiple_choice',
				...(mapping.length > 0 ? ['columns:', ...mapping.flatMap(name => fieldLines(name, shape[name], '  '))] : []),
			];
		}
		case 'scored':
			return [
				'output_type: multiple_choice',
				...fieldLines('doc_to_text', shape.text),
				...(typeof shape.choices === 'string'
					? fieldLines('doc_to_choice', shape.choices)
					: listLines('doc_to_choice', shape.choices)),
				...fieldLines('doc_to_target', shape.target),
			];
		case 'written':
			return [
				'output_type: generate_until',
				...fieldLines('doc_to_text', shape.text),
				...fieldLines('doc_to_target', shape.target),
				'generation_kwargs:',
				'  until: ["\\n"]',
				`  max_gen_toks: ${shape.tokens}`,
			];
	}
}

function metricLines(shape: TaskShape, recipe: TrainEvalEntry | null): readonly string[] {
	const asked = recipe?.metrics ?? [];
	const computed = shape.kind === 'written' ? 'exact_match' : 'accuracy';
	const others = asked.filter(metric => metric.toLowerCase() !== computed);
	return others.length > 0
		? commentLines(`The card asks for ${asked.join(', ')}. Computed is ${computed}; other metrics come later.`)
		: [];
}

function variantLines(shape: TaskShape): readonly string[] {
	if (shape.kind === 'questions') {
		return [
			...commentLines('The first variant is the base that the others are compared with.'),
			'variants:',
			'  original: mmlu/original',
			'  helm: mmlu/helm',
			'  harness: mmlu/harness-2023-01',
		];
	}
	if (
		shape.kind === 'scored' &&
		typeof shape.choices !== 'string' &&
		shape.choices.length <= 20 &&
		shape.label !== null
	) {
		const named = `Answer with one of: ${shape.choices.join(', ')}.\n\n`;
		return [
			...commentLines('The first variant is the base that the others are compared with.'),
			'variants:',
			'  plain: {}',
			'  answers-named:',
			...fieldLines('description', named, '    '),
		];
	}
	return ['variants:', '  plain: {}'];
}

/** Those names that are preferred ones, or begin with one, in the order of preference. */
function inOrder(names: readonly string[], preferred: readonly string[]): readonly string[] {
	const exact = preferred.filter(name => names.includes(name));
	const like = preferred.flatMap(name => names.filter(other => other.startsWith(name) && !exact.includes(other)));
	return [...new Set([...exact, ...like])];
}
