import * as vscode from 'vscode';
import type { Gated } from '../../hub/repository';
import { Cancelled } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import { errorText } from '../text';

/** Why something cannot be shown, for a row that has room for few words. */
export interface ProblemText {
	readonly headline: string;
	/** All of it; what happened and what to do. */
	readonly sentence: string;
	/** An account with access would see it. */
	readonly needsAccess: boolean;
}

/** @param gated Of the repository that it happened to, where that is known. */
export function problemText(error: unknown, gated: Gated): ProblemText {
	if (error instanceof Cancelled) {
		const cancelled = vscode.l10n.t('Cancelled');
		return { headline: cancelled, sentence: cancelled, needsAccess: false };
	}
	const sentence = errorText(error) ?? String(error);
	const code = error instanceof Failure ? error.reason.code : '';
	const isMissing = code.startsWith('hub.missing');
	const headline = vscode.l10n.t('Access needed');
	if (isMissing && gated) {
		// To those without access the dataset viewer denies that there is anything.
		const ask = vscode.l10n.t(
			'Its owners grant access. Sign in, ask for access on its page on the Hub, and try again.',
		);
		return { headline, sentence: ask, needsAccess: true };
	}
	if (code.startsWith('hub.gated') || code === 'hub.not-signed-in') {
		return { headline, sentence, needsAccess: true };
	}
	if (isMissing) {
		return { headline: vscode.l10n.t('Not found, or not public'), sentence, needsAccess: false };
	}
	if (code === 'hub.unreachable' || code === 'hub.timeout') {
		return { headline: vscode.l10n.t('The Hub cannot be reached'), sentence, needsAccess: false };
	}
	return { headline: vscode.l10n.t('Cannot be shown'), sentence, needsAccess: false };
}
