// How tokens, seconds and memory grow with subjects, shots and variants: whole tests planned, small slices computed. Prints
// tables and writes a picture each to docs/performance/. `npm run bench -- growth [--out=FOLDER]`
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measuredRun, plannedRun } from './growth/measuredRun.mjs';
import { picture } from './growth/plot.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const shared = path.join(root, '..', 'shared');
const { values: options } = parseArgs({
	options: {
		data: { type: 'string', default: path.join(shared, 'data', 'mmlu') },
		model: { type: 'string', default: path.join(shared, 'models', 'SmolLM2-135M-Instruct') },
		out: { type: 'string', default: path.join(root, 'docs', 'performance') },
	},
});
const cli = path.join(root, 'dist', 'cli.cjs');
for (const file of [cli, path.join(options.data, 'test.parquet'), path.join(options.model, 'tokenizer.json')]) {
	if (!existsSync(file)) {
		console.log(`skipped: ${file} is not here (npm run build; --data=FOLDER; --model=FOLDER)`);
		process.exit(0);
	}
}

// In the data's order; the first ones stand for fewer subjects.
const subjects =
	'abstract_algebra anatomy astronomy business_ethics clinical_knowledge college_biology college_chemistry college_computer_science college_mathematics college_medicine college_physics computer_security conceptual_physics econometrics electrical_engineering elementary_mathematics formal_logic global_facts high_school_biology high_school_chemistry'.split(
		' ',
	);
const dimensions = [
	{
		name: 'subjects',
		label: 'subjects',
		slice: 'five shots; computed: two questions a subject',
		values: [1, 5, 20, 57],
		evaluation: count => ({
			...(count < 57 && { where: { subject: subjects.slice(0, count) } }),
			num_fewshot: 5,
			variants: { original: 'mmlu/original' },
		}),
		computed: { limit: { per_subject: 2 } },
	},
	{
		name: 'shots',
		label: 'shots',
		slice: 'five subjects; computed: ten questions a subject',
		values: [0, 1, 5],
		evaluation: count => ({
			where: { subject: subjects.slice(0, 5) },
			num_fewshot: count,
			variants: { original: 'mmlu/original' },
		}),
		computed: { limit: { per_subject: 10 } },
	},
	{
		name: 'variants',
		label: 'variants',
		slice: 'one subject, five shots, variants that differ from the first word on; computed: 20 questions',
		values: [1, 2, 5, 10],
		evaluation: count => ({
			where: { subject: subjects[0] },
			num_fewshot: 5,
			variants: Object.fromEntries(Array.from({ length: count }, (_, i) => [`variant-${i + 1}`, variant(i + 1)])),
		}),
		computed: { limit: 20 },
	},
];

/** Its own beginning, so that nothing is shared with the others: what a variant costs at most. */
function variant(number) {
	return {
		extends: 'mmlu/original',
		description: `Questions of sheet ${number}, about {{ subject | replace('_', ' ') }}.\n\n`,
	};
}

const folder = mkdtempSync(path.join(tmpdir(), 'eval-lens-growth-'));
try {
	mkdirSync(options.out, { recursive: true });
	let files = 0;
	for (const dimension of dimensions) {
		const points = [];
		for (const value of dimension.values) {
			const load = loadavg()[0].toFixed(1);
			const whole = write(`whole-${files}`, dimension.evaluation(value));
			const small = write(`small-${files}`, { ...dimension.evaluation(value), ...dimension.computed });
			const plan = await plannedRun(cli, whole);
			const run = await measuredRun(cli, small, path.join(folder, `run-${files++}`));
			points.push({ value, plan, run });
			console.error(`${dimension.name} ${value}: ${run.seconds.score.toFixed(1)} s (load average before: ${load})`);
		}
		print(dimension, points);
		writeFileSync(path.join(options.out, `growth-${dimension.name}.svg`), picture(charts(dimension, points)));
	}
	console.log(`\nPictures are in ${options.out}.`);
} finally {
	rmSync(folder, { recursive: true, force: true });
}

function write(name, evaluation) {
	const file = path.join(folder, `${name}.eval.yaml`);
	// JSON is YAML.
	writeFileSync(file, JSON.stringify({ dataset_path: options.data, models: [{ path: options.model }], ...evaluation }));
	return file;
}

function print({ name, slice }, points) {
	const heads = [
		name,
		'planned, whole tests',
		'distinct',
		'computed, slice',
		'scoring, s',
		'ms a token',
		'planning, s',
		'engine’s peak, MB',
	];
	const rows = points.map(({ value, plan, run }) => [
		value,
		plan.tokens.planned.toLocaleString('en'),
		plan.tokens.distinct.toLocaleString('en'),
		run.tokens.computed.toLocaleString('en'),
		run.seconds.score.toFixed(2),
		((run.seconds.score * 1000) / run.tokens.computed).toFixed(2),
		run.seconds.plan.toFixed(2),
		run.peak === null ? 'not told here' : (run.peak / 2 ** 20).toFixed(0),
	]);
	const line = cells => `| ${cells.join(' | ')} |`;
	console.log(`\nBy ${name} (${slice})\n`);
	console.log([line(heads), line(heads.map(() => '---:')), ...rows.map(line)].join('\n'));
}

function charts({ label }, points) {
	const series = (name, of) => ({ name, points: points.map(point => [point.value, of(point)]) });
	const drawn = [
		{
			title: 'Tokens of whole tests',
			x: label,
			y: 'tokens',
			series: [
				series('planned', point => point.plan.tokens.planned),
				series('distinct', point => point.plan.tokens.distinct),
			],
		},
		{
			title: 'Tokens of the slice',
			x: label,
			y: 'tokens',
			series: [
				series('computed', point => point.run.tokens.computed),
				series('planned', point => point.run.tokens.planned),
			],
		},
		{
			title: 'Scoring the slice',
			x: label,
			y: 'seconds',
			series: [series('scoring', point => point.run.seconds.score)],
		},
	];
	if (points.every(({ run }) => run.peak !== null)) {
		drawn.push({
			title: 'The engine’s memory',
			x: label,
			y: 'MB, at its peak',
			series: [series('peak', point => point.run.peak / 2 ** 20)],
		});
	}
	return drawn;
}
