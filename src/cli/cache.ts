import path from 'node:path';
import { type Cache, clearCache, findCaches } from '../run/caches';
import { type ExitCode, exitCodes } from './exitCodes';
import { printable, type Terminal } from './terminal';

export interface CacheOptions {
	readonly clear?: boolean;
	readonly json?: boolean;
}

/** `eval-lens cache [FOLDER]`: what is kept to save time, and where. */
export async function cache(folder: string, options: CacheOptions, { stdout }: Terminal): Promise<ExitCode> {
	const caches = await findCaches([path.resolve(folder)]);
	if (options.clear) {
		for (const one of caches) {
			await clearCache(one);
		}
	}
	if (options.json) {
		stdout.write(`${JSON.stringify({ caches, cleared: options.clear === true })}\n`);
		return exitCodes.done;
	}
	for (const { kind, folder: place, bytes } of caches) {
		const size = `${(bytes / 1e6).toFixed(1)} MB`;
		stdout.write(printable(`${options.clear ? 'cleared ' : ''}${names[kind]}: ${size} in ${place}\n`));
	}
	return exitCodes.done;
}

const names: Record<Cache['kind'], string> = { answers: 'answers of models', graphs: 'rewritten models' };
