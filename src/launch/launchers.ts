import type { StartedLaunch } from '../config/launch';
import type { Hub } from '../hub/hub';
import type { CancellationToken } from '../protocol/cancellation';
import type { Estimate, JobStatus, Reached, ServedModel } from './contract';

/** A launcher of one launch, whose handles are what its own `start` gave, be it in another process. */
export interface AnyLauncher {
	estimate(model: ServedModel, token: CancellationToken): Promise<Estimate>;
	start(label: string, model: ServedModel, token: CancellationToken): Promise<unknown>;
	find(label: string, model: ServedModel, token: CancellationToken): Promise<unknown>;
	status(handle: unknown, token: CancellationToken): Promise<JobStatus>;
	logs(handle: unknown, onLine: (line: string) => void, token: CancellationToken): Promise<void>;
	reach(handle: unknown, token: CancellationToken): Promise<Reached>;
	stop(handle: unknown): Promise<void>;
}

export interface LaunchContext {
	/** For jobs of Hugging Face. */
	readonly hub?: Hub | undefined;
}

/**
 * The launcher of a launch.
 * @throws Failure where a handle from a run folder is not what the launcher wrote there.
 */
export function launcherOf(launch: StartedLaunch, context: LaunchContext): AnyLauncher {
	throw new Error(`${launch.kind} ${String(context.hub)}`);
}
