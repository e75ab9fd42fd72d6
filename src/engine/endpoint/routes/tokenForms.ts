/** Bytes that byte-level vocabularies write as other characters, as GPT-2 began it. */
const byteLevel = (text: string) => text.replaceAll(' ', 'Ġ').replaceAll('\n', 'Ċ').replaceAll('\t', 'ĉ');

/** A blank as SentencePiece writes it. */
const sentencePiece = (text: string) => text.replaceAll(' ', '▁');

/**
 * How servers may write a token's text: as it stands, as their vocabulary has it, or, where it is a single byte, as
 * `<0x0A>`. A blank is never left out: “A” and “ A” are different tokens.
 */
export function formsOf(text: string): string[] {
	const bytes = new TextEncoder().encode(text);
	const [byte] = bytes;
	const hex =
		bytes.length === 1 && byte !== undefined ? `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>` : text;
	return [...new Set([text, byteLevel(text), sentencePiece(text), hex])];
}

/** The text of a token that may be written as a vocabulary has it. */
export function plainOf(form: string): string {
	const byte = /^<0x([0-9A-F]{2})>$/.exec(form)?.[1];
	if (byte !== undefined) {
		return new TextDecoder().decode(Uint8Array.of(Number.parseInt(byte, 16)));
	}
	return form.replace(/[Ġ▁]/g, ' ').replaceAll('Ċ', '\n').replaceAll('ĉ', '\t');
}

/**
 * Several tokens may stand for one text, such as a letter and its byte, which is hardly ever probable: the most probable of
 * them is the one that is meant.
 */
export function greatestByText(
	given: readonly { readonly token: string; readonly logprob: number }[],
): Map<string, number> {
	const known = new Map<string, number>();
	for (const { token, logprob } of given) {
		known.set(token, Math.max(logprob, known.get(token) ?? Number.NEGATIVE_INFINITY));
	}
	return known;
}
