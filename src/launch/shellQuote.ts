/**
 * A text as one word of a POSIX shell, whatever is in it: between single quotes nothing has a meaning but the quote itself.
 * @throws Error for a NUL, which no shell can hold.
 */
export function shellQuote(text: string): string {
	if (text.includes('\0')) {
		throw new Error('a word of a shell cannot hold a NUL');
	}
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
