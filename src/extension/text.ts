import * as vscode from 'vscode';
import { Cancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { type Message, messageText } from '../protocol/messages';

/** The sentence of a message in the person's language. */
export function text(message: Message): string {
	return messageText(message, english => vscode.l10n.t(english));
}

/** What to tell a person about an error; null for a cancellation, of which nobody is told. */
export function errorText(error: unknown): string | null {
	if (error instanceof Cancelled || error instanceof vscode.CancellationError) {
		return null;
	}
	if (error instanceof Failure) {
		return text(error.reason);
	}
	return vscode.l10n.t('Something went wrong inside Eval Lens: {0}', String(error));
}
