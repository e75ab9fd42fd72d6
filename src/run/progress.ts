import type { DeviceRecord } from '../engine/device';
import type { DownloadProgress } from '../hub/download';

/** What a running evaluation tells while it works. */
export interface RunProgress {
	readonly phase: 'loading' | 'downloading' | 'planning' | 'scoring' | 'writing';
	/** Samples recorded, of all. */
	readonly done: number;
	readonly total: number;
	/** Null until enough has been seen to say. */
	readonly secondsLeft: number | null;
	/** What was received of what is downloaded. */
	readonly bytes?: DownloadProgress;
	readonly model: string | null;
	readonly variant: string | null;
	/** What the model is computed on, and why; absent until it is loaded. */
	readonly device?: Pick<DeviceRecord, 'chosen' | 'reason'>;
}
