import type { ModelPlan } from '../../run/planRun';

/** How long the models of a plan take, by what computes them, in seconds. */
export interface PlannedTimes {
	/** Without what is written; null: nothing is computed on this computer. */
	readonly here: number | null;
	/** What is written on this computer takes so long at most. */
	readonly writing: number;
	/** One server after the other; `none`: no server computes; `unknown`: of one of them nothing tells. */
	readonly servers: number | 'none' | 'unknown';
}

export function plannedTimes(
	models: readonly Pick<ModelPlan, 'place' | 'seconds' | 'written_at_most'>[],
): PlannedTimes {
	const at = (place: ModelPlan['place']) => models.filter(model => model.place === place).map(({ seconds }) => seconds);
	const [here, servers] = [at('here'), at('server')];
	// A server's part is not told apart.
	const writing = models.reduce((sum, { written_at_most }) => sum + (written_at_most?.seconds ?? 0), 0);
	const known = servers.filter(seconds => seconds !== null);
	return {
		here: here.length === 0 ? null : here.reduce<number>((sum, seconds) => sum + (seconds ?? 0), -writing),
		writing,
		servers:
			servers.length === 0
				? 'none'
				: known.length < servers.length
					? 'unknown'
					: known.reduce((sum, seconds) => sum + seconds, 0),
	};
}
