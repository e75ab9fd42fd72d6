import type { Engine } from '../src/engine/contract';
import type { PlanSettings } from '../src/engine/planning/plan';
import { planRequests } from '../src/engine/planning/planRequests';
import { workLeft } from '../src/engine/planning/workLeft';
import { workThrough } from '../src/engine/planning/workThrough';
import { createComputer } from '../src/engine/process/computer';
import type { Decoder } from '../src/engine/process/decoder';
import type { Ending } from '../src/engine/process/writer';
import type { ComputeRequest, ComputeResult } from '../src/engine/wire';

export interface DecoderEngineOptions {
	readonly settings?: Partial<PlanSettings>;
	/** Default: tokens are written as their ids, and none ends a text. */
	readonly ending?: Ending;
	/** Called with each step. */
	readonly onCompute?: (request: ComputeRequest) => void;
}

export const plainEnding: Ending = { decode: tokens => tokens.join(' '), endOfText: new Set() };

/** An engine without a process of its own: plans and computes here. */
export function decoderEngine(
	decoder: Decoder,
	{ settings, ending = plainEnding, onCompute = () => {} }: DecoderEngineOptions = {},
): Engine {
	const compute = createComputer(decoder, { file: 'model.onnx', device: 'cpu' }, async () => ending);
	const planSettings: PlanSettings = {
		chunking: 'shared',
		trees: decoder.trees,
		pieceTokens: 256,
		longestPiece: 512,
		cacheBytesPerToken: decoder.bytesPerToken,
		cacheBudget: 1e6,
		...settings,
	};
	// One after the other, as the engine process does.
	let last: Promise<unknown> = Promise.resolve();
	const inTurn = (request: ComputeRequest): Promise<ComputeResult> => {
		onCompute(request);
		const result = last.then(() => compute(request));
		last = result.catch(() => {});
		return result;
	};
	return {
		plan: requests => planRequests(requests, planSettings),
		left: workLeft,
		work: (plan, options) => workThrough(plan, inTurn, options),
		dispose() {},
	};
}
