import { type Message, type MessageCode, type MessageParams, message, messageText } from './messages';

/** Whose fault it is; decides the exit code of the command line. */
export type FailureKind =
	/** The person's input: exit code 2. */
	| 'input'
	/** The run could not go on: exit code 3. */
	| 'run';

/** An error made for a person: a sentence by code, never a bare string. `cause` keeps what a developer needs. */
export class Failure extends Error {
	override readonly name = 'Failure';
	constructor(
		readonly kind: FailureKind,
		readonly reason: Message,
		options?: ErrorOptions,
	) {
		super(messageText(reason), options);
	}
}

/** The input is wrong: what, where, and what to do are in the message. */
export function inputFailure<C extends MessageCode>(code: C, params: MessageParams<C>, cause?: unknown): Failure {
	return new Failure('input', message(code, params), { cause });
}

/** The run failed through no fault of the input. */
export function runFailure<C extends MessageCode>(code: C, params: MessageParams<C>, cause?: unknown): Failure {
	return new Failure('run', message(code, params), { cause });
}
