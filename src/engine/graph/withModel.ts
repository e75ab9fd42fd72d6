import type { CancellationToken } from '../../protocol/cancellation';
import { inputFailure } from '../../protocol/failure';
import type { Model } from './model';
import { readModel } from './readModel';
import { SourceFile } from './sourceFile';
import { BrokenModel } from './wireFormat';

/**
 * Opens a model file for as long as `work` takes.
 * @throws Failure naming the file where it cannot be read, or is no model.
 */
export async function withModel<T>(
	file: string,
	token: CancellationToken,
	work: (model: Model, source: SourceFile) => Promise<T>,
): Promise<T> {
	let source: SourceFile | null = null;
	try {
		source = await SourceFile.open(file, token);
		return await work(await readModel(source), source);
	} catch (error) {
		throw readingFailure(file, error);
	} finally {
		await source?.close();
	}
}

/** What reading a model file threw, as a sentence for a person where it is about the file. */
function readingFailure(file: string, error: unknown): unknown {
	if (error instanceof BrokenModel) {
		return inputFailure('graph.broken', { file, reason: error.message }, error);
	}
	// Node's file system throws errors that carry a code; a Failure and a cancellation have none.
	const code = (error as NodeJS.ErrnoException).code;
	return code === undefined ? error : inputFailure('engine.not-readable', { file, code }, error);
}
