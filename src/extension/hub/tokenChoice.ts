import type { HubToken, TokenSource } from '../../hub/connection';

/** Sources that nobody named to us: a person is asked before a token of theirs is sent for the first time. */
export type FoundSource = Exclude<TokenSource, 'sign-in'>;

export interface TokenSources {
	/** Of the sign-in, if it was made at the endpoint that is asked. */
	signedIn(): Promise<HubToken | null>;
	/** Null where there is none; a Failure where it is not a token. */
	readonly found: Readonly<Record<FoundSource, () => Promise<HubToken | null>>>;
}

export interface Consent {
	/** Undefined: never answered. */
	given(source: FoundSource): boolean | undefined;
	/** Does not hold up who asks: until it is answered requests are anonymous. */
	ask(source: FoundSource): void;
}

/**
 * The token to send: of the sign-in, else the environment's, else the token file's; the last two only with consent. A
 * source that nobody consented to and that holds no token at all is of no interest, so neither is its fault.
 */
export async function chooseToken(sources: TokenSources, consent: Consent): Promise<HubToken | null> {
	const own = await sources.signedIn();
	if (own) {
		return own;
	}
	for (const source of ['environment', 'token-file'] as const) {
		const given = consent.given(source);
		if (given === false) {
			continue;
		}
		const token = await (given ? sources.found[source]() : sources.found[source]().catch(() => null));
		if (token && given) {
			return token;
		}
		if (token) {
			consent.ask(source);
			return null;
		}
	}
	return null;
}
