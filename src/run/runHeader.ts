import type { BadRow } from '../data/dataset';
import { type Message, message } from '../protocol/messages';
import type { ResultsOverview } from '../protocol/resultsView';
import { serverName, serverPlace } from './computedOn';
import type { ExampleLine } from './readSamples';
import type { ModelRecord, RunRecord } from './record';

/** What stands above the results. @param interrupted The run says that it goes on, but nobody works at it. */
export function runHeader(
	record: RunRecord,
	interrupted: boolean,
	examples: readonly ExampleLine[],
): ResultsOverview['header'] {
	return {
		name: record.evaluation.name,
		state: interrupted ? 'cancelled' : record.state,
		notes: notes(record, interrupted),
		started: record.started,
		seconds: record.finished === null ? null : record.seconds,
		dataset: {
			path: record.evaluation.dataset.path,
			split: record.evaluation.dataset.test_split,
			revision: record.dataset.revision,
			examples: record.dataset.examples,
		},
		models: record.models.map(model => modelHeader(model, record)),
		chance: chanceOf(examples),
	};
}

function modelHeader(model: ModelRecord, { evaluation }: RunRecord): ResultsOverview['header']['models'][number] {
	const { name, revision, dtype, endpoint } = model;
	const launch = evaluation.models.find(spec => spec.name === name)?.launch ?? null;
	return {
		name,
		revision,
		dtype,
		engine: endpoint ? serverName(endpoint) : `${model.engine} ${model.engine_version}`,
		device: endpoint ? serverPlace(endpoint, launch) : model.device,
		cost: endpoint?.cost ?? null,
	};
}

/** Answers that are written freely cannot be guessed. */
function chanceOf(examples: readonly ExampleLine[]): number {
	const chances = examples.map(({ choices }) => (choices.length > 0 ? 1 / choices.length : 0));
	return chances.reduce((sum, chance) => sum + chance, 0) / Math.max(1, examples.length);
}

function notes(record: RunRecord, interrupted: boolean): Message[] {
	const { skipped, skipped_from_pools } = record.dataset;
	return [
		...(record.reason ? [record.reason] : []),
		...(interrupted ? [message('run.interrupted', { done: record.done, total: record.total })] : []),
		...leftOut('run.rows-skipped', skipped),
		...leftOut('run.pool-rows-skipped', skipped_from_pools),
		...record.models.flatMap(model => model.notes),
	];
}

/** Rows named in a sentence; all of them stand in run.json. */
const namedRows = 10;

function leftOut(code: 'run.rows-skipped' | 'run.pool-rows-skipped', rows: readonly BadRow[]): Message[] {
	const [first] = rows;
	if (!first) {
		return [];
	}
	const keys = rows.slice(0, namedRows).map(row => row.key);
	const named = rows.length > namedRows ? `${keys.join(', ')}, …` : keys.join(', ');
	return [message(code, { count: rows.length, keys: named, key: first.key, reason: first.reason })];
}
