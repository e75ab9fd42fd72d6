import path from 'node:path';
import { type ImportedTask, importTaskFile } from '../config/taskFile/importTask';
import { localTaskFiles } from './taskFiles';

/**
 * Makes an evaluation of a task file of lm-evaluation-harness on this disk.
 * @param file Of the task.
 * @param folder That the evaluation will stand in: its paths, and the files named in problems, count from there.
 */
export function importTask(file: string, folder: string): Promise<ImportedTask> {
	const relative = path.relative(folder, path.resolve(file)).split(path.sep).join('/');
	return importTaskFile(relative, localTaskFiles(folder));
}
