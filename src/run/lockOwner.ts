import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** The process that holds a lock, as it stands in the lock's file. */
export interface LockOwner {
	readonly pid: number;
	readonly host: string;
	/**
	 * Where the number means this process: the boot of a computer and the space of its process numbers, which a container has of
	 * its own. Null: not known; then it is the host's name that counts.
	 */
	readonly computer: string | null;
	/** What tells the process from a later one with the same number; null: not known. */
	readonly born: string | null;
}

/** A process of this computer, as a lock names it. */
export async function ownerOf(pid: number): Promise<LockOwner> {
	const [computer, seen] = await Promise.all([thisComputer(), look(pid)]);
	return { pid, host: hostname(), computer, born: seen?.born ?? null };
}

/** Null: the text is no lock of ours. Earlier versions wrote the number and the host alone. */
export function parseOwner(text: string): LockOwner | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	if (typeof value !== 'object' || !value || !('pid' in value && typeof value.pid === 'number' && 'host' in value)) {
		return null;
	}
	const word = (of: unknown) => (typeof of === 'string' ? of : null);
	return {
		pid: value.pid,
		host: String(value.host),
		computer: 'computer' in value ? word(value.computer) : null,
		born: 'born' in value ? word(value.born) : null,
	};
}

/**
 * Whether the very process of a lock lives. `stopped`: it does, and stands still, as after Ctrl-Z. `unknown`: it cannot be
 * asked from here, or its number may be another's by now.
 */
export async function lifeOf({
	pid,
	host,
	computer,
	born,
}: LockOwner): Promise<'runs' | 'stopped' | 'gone' | 'unknown'> {
	const isHere = computer === null ? host === hostname() : computer === (await thisComputer());
	if (!isHere) {
		return 'unknown';
	}
	if (!exists(pid)) {
		return 'gone';
	}
	const seen = born === null ? null : await look(pid);
	if (!seen) {
		return 'unknown';
	}
	if (seen.born !== born || seen.isOver) {
		return 'gone';
	}
	return seen.isStopped ? 'stopped' : 'runs';
}

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Somebody else's process may not be signalled, but is there.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

async function thisComputer(): Promise<string | null> {
	try {
		const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
		return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
	} catch {
		// Not Linux, or closed to us.
		return null;
	}
}

interface Seen {
	readonly born: string;
	readonly isStopped: boolean;
	/** A zombie: ended, and nobody asked how. */
	readonly isOver: boolean;
}

/** Null: nothing is seen of it, or this system does not tell. */
async function look(pid: number): Promise<Seen | null> {
	try {
		switch (process.platform) {
			case 'win32':
				return null;
			case 'linux': {
				// The name before the last bracket may hold anything; behind it, the 20th is the start, in ticks since the boot.
				const line = await readFile(`/proc/${pid}/stat`, 'utf8');
				const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
				return seen(fields[0], fields[19]);
			}
			default: {
				const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
				const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
					env,
				});
				const [state, ...born] = stdout.trim().split(/\s+/);
				return seen(state, born.join(' '));
			}
		}
	} catch {
		return null;
	}
}

/** @param state As `ps` and /proc write it: one letter, and perhaps more behind it. */
function seen(state: string | undefined, born: string | undefined): Seen | null {
	return state && born ? { born, isStopped: /^T/i.test(state), isOver: /^[ZX]/i.test(state) } : null;
}
