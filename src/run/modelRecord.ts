import { createHash } from 'node:crypto';
import type { EngineSetting } from '../engine/contract';
import { inputFailure } from '../protocol/failure';
import type { LocalModel } from './models';
import type { ModelRecord } from './record';
import type { SampleRequests } from './sampleRequests';

/** One run's numbers come from one engine: another may differ in their last digits. */
export function refuseOtherEngine(before: ModelRecord, now: ModelRecord, dir: string, mayBeOtherDevice: boolean): void {
	const name = ({ engine, engine_version, device, graph, plan }: ModelRecord) =>
		[
			`${engine} ${engine_version}`,
			...(mayBeOtherDevice ? [] : [device, ...(graph?.passes ?? []), ...(plan ? [plan.chunking] : [])]),
		].join(', ');
	if (name(before) !== name(now)) {
		throw inputFailure('run.other-engine', { folder: dir, model: now.name, before: name(before), now: name(now) });
	}
}

type Identity = Omit<
	ModelRecord,
	'devices' | 'notes' | 'threads' | 'plan' | 'graph' | 'from_cache' | 'tokens' | 'seconds'
>;

export function modelRecord(model: LocalModel, setting: EngineSetting): Identity {
	const hash = createHash('sha256');
	for (const file of model.files) {
		hash.update(file.sha256);
	}
	return {
		name: model.name,
		...(model.origin ? { repository: model.origin.id } : {}),
		revision: model.origin?.commit ?? hash.digest('hex').slice(0, 16),
		dtype: setting.dtype,
		engine: setting.name,
		engine_version: setting.version,
		device: setting.device,
		window: model.window,
		files: model.files,
		tokenizer_sha256: model.tokenizer.sha256,
	};
}

/** Of a model whose answers were all known: no engine was started. */
export function fromCacheAlone(
	model: LocalModel,
	setting: EngineSetting,
	fromCache: number,
	{ trie }: SampleRequests,
	timing: ModelRecord['seconds'],
): ModelRecord {
	const { naive, oneRequest, distinct } = trie.counts;
	return {
		...modelRecord(model, setting),
		notes: setting.notes,
		threads: null,
		plan: null,
		graph: null,
		from_cache: fromCache,
		tokens: { naive, one_request: oneRequest, distinct, planned: 0, computed: 0 },
		seconds: timing,
	};
}
