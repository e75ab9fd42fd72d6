import type { OnDownload } from './download';
import type { Hub } from './hub';

/** Where what an evaluation names is looked for. */
export interface Place {
	/** Of the evaluation file: relative paths count from it. */
	readonly folder: string;
	/** For what is no local path; absent: such a name is an error. */
	readonly hub?: Hub | undefined;
	/** Told while something is downloaded. */
	readonly onDownload?: OnDownload | undefined;
}
