import { type Failure, inputFailure } from '../protocol/failure';

/** What is no line of ours. `index` counts from 0. */
export function brokenLine(file: string, index: number): Failure {
	return inputFailure('run.line-broken', { line: index + 1, file });
}

/** The value of a line of JSON. @throws Failure naming file and line of what is none of ours. */
export function parseLine<T>(line: string, is: (value: unknown) => value is T, file: string, index: number): T {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		// Said below, as of any other line that is none of ours.
	}
	if (!is(value)) {
		throw brokenLine(file, index);
	}
	return value;
}
