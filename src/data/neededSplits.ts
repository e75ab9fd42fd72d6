import type { ResolvedEvaluation } from '../config/resolved';
import type { NeededSplit } from './dataSource';

type Needs = Pick<ResolvedEvaluation, 'dataset' | 'variants' | 'slice'>;

/** The test split of each config, then the splits of shots that a variant needs. Two roles may name the same split. */
export function neededSplits(evaluation: Needs, configs: readonly (string | null)[]): NeededSplit[] {
	const { test_split } = evaluation.dataset;
	const splits = new Set([test_split, ...shotSplits(evaluation).map(({ split }) => split)]);
	const limit = testLimit(evaluation);
	return [...splits].flatMap(split =>
		configs.map(config => ({ config, split, limit: split === test_split ? limit : null })),
	);
}

function shotSplits({ dataset, variants }: Needs) {
	return variants
		.filter(({ format }) => format.num_fewshot > 0)
		.map(({ format: { shots } }) => ({
			split: shots.split === 'fewshot' ? dataset.fewshot_split : dataset.validation_split,
			order: shots.order,
		}));
}

/** How many rows of the test split are enough; null where the choice of rows, or shots, may depend on all of them. */
function testLimit(evaluation: Needs): number | null {
	const { sample, where, limit } = evaluation.slice;
	const needsWhole = shotSplits(evaluation).some(
		({ split, order }) => split === evaluation.dataset.test_split || order === 'harness-2023-01',
	);
	return typeof limit === 'number' && sample === null && where.length === 0 && !needsWhole ? limit : null;
}
