import path from 'node:path';
import { isOfItsRequestAlone } from '../engine/chunking';
import type { EngineSetting } from '../engine/contract';
import type { LocalEngineOptions } from '../engine/localEngine';
import { graphCacheFolder, responseCacheFolder } from './caches';
import type { LocalModel } from './models';
import type { EvaluateOptions } from './options';
import { noCache, openResponseCache, type ResponseCache } from './responseCache';

/** How a model's engine is started. */
export function localOptions(
	{ folder, dtype, device, onDeviceFailure, chunking }: LocalModel,
	{ enginePath, cacheBudget }: Pick<EvaluateOptions, 'enginePath' | 'cacheBudget'>,
): LocalEngineOptions {
	return {
		folder,
		dtype,
		device,
		onDeviceFailure,
		chunking: chunking ?? undefined,
		enginePath,
		graphFolder: graphCacheFolder(),
		cacheBudget,
	};
}

/**
 * Without a place for it the run goes on without a cache: it is worth time, not numbers. So does one whose numbers follow from
 * what else is in it: others may neither have them, nor give it theirs.
 */
export async function openCache(
	options: EvaluateOptions,
	setting: EngineSetting,
	model: LocalModel,
): Promise<ResponseCache> {
	return options.cache === false || !isOfItsRequestAlone(setting)
		? noCache
		: openResponseCache(responseCacheFolder(path.dirname(options.file)), setting, model.tokenizer.sha256).catch(
				() => noCache,
			);
}
