import type { DeviceRecord } from '../engine/device';
import type { DownloadProgress } from '../hub/download';
import type { JobStatus } from '../launch/contract';

/** What a running evaluation tells while it works. */
export interface RunProgress {
	readonly phase: 'loading' | 'downloading' | 'planning' | 'launching' | 'scoring' | 'writing';
	/** Samples recorded, of all. */
	readonly done: number;
	readonly total: number;
	/** Null until enough has been seen to say. */
	readonly secondsLeft: number | null;
	/** What was received of what is downloaded. */
	readonly bytes?: DownloadProgress;
	/** While planning: samples of the model whose prompts are made. */
	readonly planned?: number;
	/** Seconds in which nothing was heard of the engine, where that is long. */
	readonly silentFor?: number;
	/** While a server is being started: where its job stands. */
	readonly job?: Pick<JobStatus, 'state' | 'detail'>;
	readonly model: string | null;
	readonly variant: string | null;
	/** What the model is computed on, and why; absent until it is loaded. */
	readonly device?: Pick<DeviceRecord, 'chosen' | 'reason'>;
}
