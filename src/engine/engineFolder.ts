import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Where what is made of models is kept, such as rewritten graphs: `EVAL_LENS_CACHE`, else a folder of the user's cache in
 * the way of the operating system. It may be deleted at any time.
 */
export function engineFolder(env: NodeJS.ProcessEnv = process.env): string {
	return env.EVAL_LENS_CACHE ? path.resolve(env.EVAL_LENS_CACHE) : path.join(userCache(env), 'eval-lens');
}

function userCache(env: NodeJS.ProcessEnv): string {
	switch (process.platform) {
		case 'win32':
			return env.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local');
		case 'darwin':
			return path.join(homedir(), 'Library', 'Caches');
		default:
			return env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
	}
}
