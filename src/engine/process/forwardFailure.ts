import { type Failure, runFailure } from '../../protocol/failure';
import type { ComputedModel } from './computedModel';
import { firstLine } from './runtime';

/** A forward that failed: on another device than the CPU it is the device that was lost, and the CPU may go on. */
export function forwardFailure(error: unknown, { file, device }: ComputedModel): Failure {
	const reason = firstLine(error);
	return device === 'cpu'
		? runFailure('engine.forward-failed', { file, reason }, error)
		: runFailure('engine.device-lost', { device, reason }, error);
}
