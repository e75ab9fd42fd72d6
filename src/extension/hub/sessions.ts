/** A sign-in as it lies in the secret storage; nowhere else. */
export interface StoredSession {
	readonly id: string;
	/** Name of the account. */
	readonly account: string;
	/** Where it was made: to no other endpoint is the token sent. */
	readonly endpoint: string;
	readonly token: string;
	/** Milliseconds since 1970; null: no end is known. */
	readonly expires: number | null;
}

/** What lies there may be of another version: what is not understood is no session. */
export function parseSessions(stored: string | undefined): readonly StoredSession[] {
	try {
		const value: unknown = JSON.parse(stored ?? '[]');
		return Array.isArray(value) ? value.filter(isSession) : [];
	} catch {
		return [];
	}
}

function isSession(value: unknown): value is StoredSession {
	if (typeof value !== 'object' || value === null) {
		return false;
	}
	const { id, account, endpoint, token, expires } = value as Record<string, unknown>; // an object, of unknown members
	return (
		[id, account, endpoint, token].every(member => typeof member === 'string' && member !== '') &&
		(expires === null || typeof expires === 'number')
	);
}

/** The session that a request to an endpoint may use; one that has run out is none. */
export function sessionFor(
	sessions: readonly StoredSession[],
	endpoint: string,
	now: number,
): StoredSession | undefined {
	return sessions.find(session => session.endpoint === endpoint && (session.expires ?? Infinity) > now);
}
