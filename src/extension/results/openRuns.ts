import type { OpenRun } from '../../run/openRun';
import { rooms } from '../rooms';

interface Entry {
	/** Null until somebody asks, and after a failure. */
	run: Promise<OpenRun> | null;
	/** The folder changed since the run was read. */
	changed: boolean;
	users: number;
}

/**
 * Runs as read for the editors that show them: read once however many ask, and let go with the last of them. Of a run that
 * goes on, only what was added is read.
 */
export class OpenRuns {
	readonly #runs = new Map<string, Entry>();

	/** Reads the run, or gives it as read before. Where no editor holds it, nothing is kept. */
	get(dir: string): Promise<OpenRun> {
		const entry = this.#runs.get(dir);
		if (!entry) {
			return read(dir);
		}
		if (!entry.run || entry.changed) {
			const before = entry.run;
			const run = before
				? before.then(
						run => run.reread(),
						() => read(dir),
					)
				: read(dir);
			run.catch(() => {
				if (entry.run === run) {
					entry.run = null;
				}
			});
			entry.run = run;
			entry.changed = false;
		}
		return entry.run;
	}

	/** Keeps the run in memory until disposed of. After `changed` it is read again by who asks next. */
	hold(dir: string): { changed(): void; dispose(): void } {
		const entry = this.#runs.get(dir) ?? { run: null, changed: false, users: 0 };
		this.#runs.set(dir, entry);
		entry.users++;
		return {
			changed() {
				entry.changed = true;
			},
			dispose: () => {
				entry.users--;
				if (entry.users === 0) {
					this.#runs.delete(dir);
				}
			},
		};
	}
}

async function read(dir: string): Promise<OpenRun> {
	const { openRun } = await rooms();
	return openRun(dir);
}
