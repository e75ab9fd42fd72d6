import { spawnSync } from 'node:child_process';

/** The PATH of a person, with where servers lie behind it. */
export const serverPath = `${process.env.PATH}:/usr/sbin:/sbin`;

/**
 * Whether programs are there that tests need. In CI on Linux they must be; elsewhere tests without them are skipped, and
 * which are missed is printed.
 */
export function areInstalled(...programs: readonly string[]): boolean {
	const missed = programs.filter(
		name => spawnSync('sh', ['-c', `command -v ${name}`], { env: { PATH: serverPath } }).status !== 0,
	);
	return missed.length === 0 || skipped(`${missed.join(', ')} not installed`);
}

/** False, with the reason printed; in CI on Linux an error. */
export function skipped(reason: string): false {
	const text = `${reason}: see test/servers/install.sh`;
	if (process.env.CI && process.platform === 'linux') {
		throw new Error(text);
	}
	console.warn(`skipped: ${text}`);
	return false;
}
