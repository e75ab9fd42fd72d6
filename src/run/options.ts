import type { KeyName, StartedLaunch } from '../config/launch';
import type { Problem } from '../config/problem';
import type { Hub } from '../hub/hub';
import type { Estimate } from '../launch/contract';
import { type CancellationToken, Cancelled } from '../protocol/cancellation';
import type { Message } from '../protocol/messages';
import type { ExpectedTime } from './expectedTime';
import type { Overrides } from './loadEvaluation';
import type { MeasuredTime } from './measureTime';
import type { RunProgress } from './progress';
import type { RunRecord } from './record';

export interface EvaluateOptions extends Overrides {
	/** Absolute path of the evaluation file. */
	readonly file: string;
	/** Its content, where an editor holds a newer one than the disk. */
	readonly text?: string;
	/** The run folder; absent: the newest unfinished run of the same evaluation, or a new one. */
	readonly out?: string;
	/** The engine process's script. */
	readonly enginePath: string;
	/** Whether results of earlier runs may be used; default true. */
	readonly cache?: boolean;
	/** Bytes that key-value caches of shared beginnings may take; default: the engine's. */
	readonly cacheBudget?: number | undefined;
	/** For datasets and models that are no local paths; absent: those are errors. */
	readonly hub?: Hub | undefined;
	/** Recorded with the run. */
	readonly version: string;
	readonly token: CancellationToken;
	/** What the evaluation file may be mistaken about. */
	readonly onWarnings?: (warnings: readonly Problem[]) => void;
	readonly onProgress?: (progress: RunProgress) => void;
	/** Told what a long run takes, once that is known; `false` cancels it. */
	readonly onPlanned?: (planned: PlannedRun) => Promise<boolean>;
	/** Told what a server that is to be started may cost; `false` cancels the run. Absent: what is billed is refused. */
	readonly onLaunch?: (launch: LaunchToConfirm) => Promise<boolean>;
	/** Told what a person should know that is no failure of the run: a job that could not be ended. */
	readonly onNotice?: (notice: Message) => void;
	/** The key of that name; null: there is none, or it shall not be used. It goes to the server that is named, alone. */
	readonly secret?: (name: KeyName, server: KeyedServer) => Promise<string | null>;
	/** The run folder exists from here on. */
	readonly onStart?: (dir: string, record: RunRecord) => void;
}

/** Where a key would be sent. */
export interface KeyedServer {
	/**
	 * With its port, where that is another than usual; `http://` stands before it where the key would go to another computer
	 * without encryption, so that an agreement to one is none to the other.
	 */
	readonly host: string;
	readonly model: string;
}

/** What a run of one model will take. */
export interface PlannedRun extends MeasuredTime {
	readonly model: string;
	/** That will go through the model, and those that would without anything shared. */
	readonly tokens: number;
	readonly naive: number;
	/** Of two variants' accuracies, as a fraction; null: the examples are too few to show any. */
	readonly smallestDifference: number | null;
}

/** What starting a server for a model means. */
export interface LaunchToConfirm {
	readonly model: string;
	readonly launch: StartedLaunch;
	readonly estimate: Estimate;
	readonly expected: ExpectedTime | null;
	/** Distinct tokens of the run's prompts, and samples to be had. */
	readonly tokens: number;
	readonly requests: number;
}

/** A person heard what a run takes, and did not want it. */
export class NotWanted extends Cancelled {}
