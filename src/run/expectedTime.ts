import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Launch } from '../config/launch';
import type { Estimate, Speed } from '../launch/contract';
import type { RemoteModel } from './models';
import type { ModelRecord } from './record';
import { runsBelow } from './runFolder';

/** How long a server should take, from its start to the last sample. */
export interface ExpectedTime {
	readonly seconds: number;
	/** Of that, until it answers. */
	readonly starting: number;
	/** When the run was done that this was seen in; null: told from the hardware's data sheet. */
	readonly seen: string | null;
}

/** What there is to compute. */
export interface Work {
	readonly tokens: number;
	readonly samples: number;
}

/**
 * What is to be expected, as seen in the newest finished run of the same model on the same hardware in the folder of the
 * evaluation, else from a data sheet.
 * @returns Null where neither is known.
 */
export async function expectedTime(
	evaluationFile: string,
	model: RemoteModel,
	work: Work,
	estimate: Pick<Estimate, 'speed'>,
): Promise<ExpectedTime | null> {
	const runs = await runsBelow(path.dirname(evaluationFile));
	const seen = runs
		.filter(({ record }) => record.state === 'done' && record.finished !== null)
		.sort((a, b) => (b.record.finished ?? '').localeCompare(a.record.finished ?? ''))
		.flatMap(({ record }) => {
			const { models } = record.evaluation;
			const speed = record.models
				.filter(one => isSame(one, models.find(spec => spec.name === one.name)?.launch ?? null, model))
				.map(speedOf)[0];
			return speed ? [{ speed, finished: record.finished }] : [];
		})[0];
	const speed = seen?.speed ?? estimate.speed;
	return speed && { ...timeFor(speed, work), seen: seen?.finished ?? null };
}

/** The slower of what tokens and what samples take: which of them binds depends on the model. */
export function timeFor(speed: Speed, { tokens, samples }: Work): Pick<ExpectedTime, 'seconds' | 'starting'> {
	const computing = Math.max(tokens / speed.tokensASecond, samples / speed.samplesASecond);
	return { seconds: speed.starting + computing, starting: speed.starting };
}

function isSame({ name, repository }: ModelRecord, launch: Launch | null, model: RemoteModel): boolean {
	const isSameModel = model.id === null ? name === model.name : repository === model.id;
	return isSameModel && launch !== null && isDeepStrictEqual(placeOf(launch), placeOf(model.launch));
}

/** What decides how fast a server is, as far as a launch tells. */
function placeOf(launch: Launch): readonly (string | null)[] {
	const { kind } = launch;
	switch (kind) {
		case 'hf_jobs':
			return [kind, launch.flavor];
		case 'slurm':
			return [kind, launch.host, launch.partition, launch.gres];
		case 'ssh':
			return [kind, launch.host];
		case 'url':
			return [kind, launch.url];
		case 'local':
			return [kind];
	}
}

function speedOf({ tokens, seconds, endpoint }: ModelRecord): Speed | null {
	const { load, score } = seconds;
	return endpoint && score > 0 && tokens.distinct > 0
		? {
				starting: load,
				tokensASecond: tokens.distinct / score,
				samplesASecond: endpoint.counts.requests / score,
			}
		: null;
}
