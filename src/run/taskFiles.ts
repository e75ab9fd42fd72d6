import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TaskFiles } from '../config/taskFile/taskFiles';

/** Folders below a group's that are searched for its tasks, and the most files of one: its own are never so many. */
const deepest = 5;
const mostFiles = 5000;

/** The files around an evaluation on this disk. */
export function localTaskFiles(folder: string): TaskFiles {
	return {
		async read(file) {
			try {
				return await readFile(path.resolve(folder, fromHome(file)), 'utf8');
			} catch {
				return null;
			}
		},
		async list(within) {
			const found: string[] = [];
			await listYaml(path.resolve(folder, fromHome(within)), within, found, 0);
			return found;
		},
	};
}

async function listYaml(folder: string, prefix: string, found: string[], depth: number): Promise<void> {
	const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
	for (const entry of entries) {
		if (found.length >= mostFiles) {
			return;
		}
		if (entry.isDirectory() && depth < deepest && !/^(\.|__pycache__$|node_modules$)/.test(entry.name)) {
			await listYaml(path.join(folder, entry.name), `${prefix}${entry.name}/`, found, depth + 1);
		} else if (!entry.isDirectory() && /\.ya?ml$/i.test(entry.name)) {
			found.push(`${prefix}${entry.name}`);
		}
	}
}

function fromHome(file: string): string {
	const home = process.env.HOME ?? process.env.USERPROFILE;
	return file.startsWith('~/') && home ? path.join(home, file.slice(2)) : file;
}
