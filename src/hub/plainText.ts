// C0 and C1 controls, soft hyphen, zero-width and direction marks, byte order mark, tags: what is not seen, or turns the
// reading direction of what stands around it.
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu;

/**
 * Text of the Hub as one line that can be shown: white space is joined, characters that are not seen are taken out, and what
 * is longer than `limit` (in UTF-16 units) is cut at a character's end, with an ellipsis. Still hostile as HTML or Markdown.
 */
export function plainText(text: string, limit: number): string {
	// A longer beginning than is needed, so that a text of megabytes costs nothing.
	const line = text
		.slice(0, limit * 4)
		.replace(/\s+/g, ' ')
		.replace(unseen, '')
		.replace(/ {2,}/g, ' ')
		.trim();
	if (line.length <= limit) {
		return line;
	}
	return `${line.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

// Colours, movements and titles of a terminal (ECMA-48), which begin with a control character.
const terminalCodes = /\p{Cc}(\[[0-?]*[ -/]*[@-~]|\][^\p{Cc}]*)/gu;

/** A line of a program's output as it can be shown: blanks stay, terminal codes, unseen characters and tokens do not. */
export function plainLine(text: string, limit: number): string {
	const line = text
		.slice(0, limit * 4)
		.replace(/\s/g, ' ')
		.replace(terminalCodes, '')
		.replace(unseen, '')
		.trimEnd();
	return withoutTokens(line)
		.slice(0, limit)
		.replace(/[\ud800-\udbff]$/, '');
}

/** Tokens look like `hf_…`, those of a browser sign-in have parts joined by dots: whatever else is said, they are not. */
export function withoutTokens(text: string): string {
	return text.replace(/hf_\w[\w.~+/=-]*/g, 'hf_…');
}
