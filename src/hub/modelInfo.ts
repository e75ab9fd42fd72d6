import * as z from 'zod';
import { onnxFiles } from '../config/onnxFiles';
import type { CancellationToken } from '../protocol/cancellation';
import { withSignal } from './abort';
import { isCommit, requireRepositoryId } from './cacheLayout';
import type { Hub } from './hub';
import { hubJson } from './hubJson';
import type { ModelInfo } from './repository';
import { modelEntry, modelSummary } from './summary';

const infoSchema = modelEntry.extend({
	sha: z.string().refine(isCommit),
	siblings: z.array(z.object({ rfilename: z.string(), size: z.number().nonnegative().nullish() })).catch([]),
});

/**
 * A model at the commit that a branch, tag or commit names, with its ONNX files.
 * @throws Failure where the Hub does not have it, refuses, or cannot be reached.
 */
export async function modelInfo(hub: Hub, id: string, revision: string, token: CancellationToken): Promise<ModelInfo> {
	requireRepositoryId(id);
	// `blobs` tells the sizes of files, and cannot be joined with `expand`, which @huggingface/hub always uses.
	const url = `${hub.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
	const { value: info } = await withSignal(token, signal => hubJson(hub, url, infoSchema, signal));
	const sizes = new Map(info.siblings.map(({ rfilename, size }) => [rfilename, size ?? 0]));
	const onnx = onnxFiles([...sizes.keys()]).map(({ dtype, file, weights }) => ({
		dtype,
		path: file,
		size: weights.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0),
	}));
	const summary = modelSummary(info);
	return { ...summary, hasOnnx: summary.hasOnnx || onnx.length > 0, commit: info.sha, onnx };
}
