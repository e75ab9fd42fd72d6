import path from 'node:path';
import { version } from '../../package.json';
import type { KeyName } from '../config/launch';
import { environmentConnection } from '../hub/environment';
import { openHub } from '../hub/hub';
import type { CancellationToken } from '../protocol/cancellation';
import { messageText } from '../protocol/messages';
import type { EvaluateOptions } from '../run/options';
import type { RunProgress } from '../run/progress';
import { printable, reportProblems, type Terminal } from './terminal';

export interface RunOptions {
	readonly model?: readonly string[];
	readonly limit?: number;
	readonly out?: string;
	readonly cache: boolean;
	readonly plan?: boolean;
	/** In megabytes. */
	readonly memory?: number;
	readonly json?: boolean;
	/** What is billed was said yes to. */
	readonly yes?: boolean;
}

/** What a run, and the plan of one, are told by a command line. */
export function evaluateOptions(
	file: string,
	options: RunOptions,
	terminal: Terminal,
	onProgress: (progress: RunProgress) => void,
	token: CancellationToken,
): EvaluateOptions {
	return {
		file: path.resolve(file),
		...(options.model ? { models: options.model } : {}),
		...(options.limit === undefined ? {} : { limit: options.limit }),
		...(options.out === undefined ? {} : { out: options.out }),
		...(options.memory === undefined ? {} : { cacheBudget: options.memory * 1e6 }),
		hub: openHub(environmentConnection(process.env)),
		enginePath: path.join(terminal.folder, 'engine.cjs'),
		cache: options.cache,
		secret: async name => environmentKey(name),
		version,
		token,
		onProgress,
		onNotice: notice => terminal.stderr.write(`${printable(messageText(notice))}\n`),
		onWarnings: warnings => reportProblems(file, warnings, terminal),
	};
}

/** Keys of the editor's own store are not to be had here: the same name without `secret:` in the environment is. */
function environmentKey(name: KeyName): string | null {
	return process.env[name.slice(name.indexOf(':') + 1)] ?? null;
}
