/** The files around an evaluation. Paths count from its folder, their steps divided by `/`; absolute ones stand as they are. */
export interface TaskFiles {
	/** The text of a file; null where there is none. */
	read(path: string): Promise<string | null> | string | null;
	/** Paths of all `.yaml` and `.yml` files in a folder and below, in any order; without it groups find no members. */
	list?(folder: string): Promise<readonly string[]> | readonly string[];
}

/** The folder of a path, with the slash that ends it; empty for the evaluation's own. */
export function folderOf(path: string): string {
	return path.slice(0, path.lastIndexOf('/') + 1);
}

/** A path that a file names, from where its folder's own path counts. */
export function pathFrom(folder: string, path: string): string {
	if (/^([/~]|[A-Za-z]:[\\/])/.test(path)) {
		return path;
	}
	const steps: string[] = [];
	for (const step of `${folder}${path}`.split('/')) {
		const above = steps.at(-1);
		if (step === '..' && above !== undefined && above !== '..' && above !== '') {
			steps.pop();
		} else if (step !== '.' && (step !== '' || steps.length === 0)) {
			steps.push(step);
		}
	}
	return steps.join('/');
}
