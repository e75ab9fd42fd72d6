import { inputFailure } from '../protocol/failure';
import { message } from '../protocol/messages';
import type { HubToken, TokenSource } from './connection';

/** Whether a text has the form of an access token: such a text can stand in a header, and nowhere else does harm there. */
export function isTokenForm(text: string): boolean {
	return /^hf_[\x21-\x7e]{1,500}$/.test(text);
}

/**
 * A token from outside, without the white space around it (a file ends in a line break); null where there is none.
 * @throws Failure, which never shows the token, where it cannot be one.
 */
export function checkedToken(text: string, source: TokenSource): HubToken | null {
	const value = text.trim();
	if (value === '') {
		return null;
	}
	if (!isTokenForm(value)) {
		throw inputFailure('hub.token-form', { token: message(`hub.token.${source}`, {}) });
	}
	return { value, source };
}
