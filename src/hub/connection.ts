/** Where a token came from: shown to the person before it is used for the first time. */
export type TokenSource = 'sign-in' | 'environment' | 'token-file';

export interface HubToken {
	/** Never in a log, a file, an argument, an error or a webview. */
	readonly value: string;
	readonly source: TokenSource;
}

/** How the Hub is reached. Everything in this room takes one. */
export interface HubConnection {
	/** `https://huggingface.co`, or a mirror; without a slash at its end. */
	readonly endpoint: string;
	/** Of the dataset viewer, which mirrors do not serve. */
	readonly viewerEndpoint: string;
	/** The folder `hub` of the Hugging Face cache, which Python's libraries share. */
	readonly cache: string;
	/** Only what the cache holds. */
	readonly offline: boolean;
	/** Asked at every request, since a token may have been replaced; null: anonymous. */
	token(): Promise<HubToken | null>;
	/** Heard when the Hub would not take the token, but gave the same without one: it has expired or was withdrawn. */
	readonly onTokenRefused?: (source: TokenSource) => void;
}

/** A page of a listing. `next` is opaque: pass it back for the page after; null: this was the last. */
export interface Page<T> {
	readonly items: readonly T[];
	readonly next: string | null;
}
