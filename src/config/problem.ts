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
}
