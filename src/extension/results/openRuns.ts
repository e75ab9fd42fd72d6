import type { OpenRun } from '../../run/openRun';
import { rooms } from '../rooms';

interface Entry {
	/** Null after a change, until somebody asks. */
	run: Promise<OpenRun> | null;
	users: number;
}

/** Runs as read for the editors that show them: read once however many ask, and let go with the last of them. */
export class OpenRuns {
	readonly #runs = new Map<string, Entry>();

	/** Reads the run, or gives it as read before. Where no editor holds it, nothing is kept. */
	get(dir: string): Promise<OpenRun> {
		const entry = this.#runs.get(dir);
		if (!entry) {
			return read(dir);
		}
		entry.run ??= read(dir);
		return entry.run;
	}

	/** Keeps the run in memory until disposed of. After `changed` it is read again by who asks next. */
	hold(dir: string): { changed(): void; dispose(): void } {
		const entry = this.#runs.get(dir) ?? { run: null, users: 0 };
		this.#runs.set(dir, entry);
		entry.users++;
		return {
			changed() {
				entry.run = null;
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
