/** A special token stands in a config as its text, or as an object with its text. */
export function contentOf(token: unknown): string | undefined {
	if (typeof token === 'object' && token !== null && 'content' in token) {
		return contentOf(token.content);
	}
	return typeof token === 'string' ? token : undefined;
}
