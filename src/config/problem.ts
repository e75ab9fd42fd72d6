import type { Message } from '../protocol/messages';

/** A place in a text file: line and column from 0, column in UTF-16 units, as editors count. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

export interface SourceRange {
	readonly start: Position;
	readonly end: Position;
}

/** Something wrong in an evaluation file, at the place where it is wrong. */
export interface Problem {
	readonly severity: 'error' | 'warning';
	readonly message: Message;
	readonly range: SourceRange;
	/** A text that would mend it when put in place of `range`. */
	readonly replacement?: string;
	/** The file it stands in, from the evaluation's folder, where that is another: a task file. */
	readonly file?: string;
}

/** Way from the root of an evaluation to a value: keys of mappings and indexes of lists. */
export type FieldPath = readonly (string | number)[];

/**
 * Where a value stands in the text, or the key before it. What is not in the file is placed at the nearest thing around
 * it that is. A list or mapping of many lines is placed at its first.
 */
export type Locate = (path: FieldPath, part?: 'value' | 'key') => SourceRange;

/** A problem that knows its place as a path; `locate` makes a Problem of it. */
export interface Finding {
	readonly severity: 'error' | 'warning';
	readonly message: Message;
	readonly path: FieldPath;
	readonly part: 'value' | 'key';
	/** What to write in place of that part, not yet as YAML. */
	readonly suggestion?: string;
}

/** Orders problems as they stand in the text. */
export function byPlace(a: Problem, b: Problem): number {
	return a.range.start.line - b.range.start.line || a.range.start.column - b.range.start.column;
}
