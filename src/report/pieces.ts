/** A write to the disk for each line would take longer than making the lines. */
const pieceLength = 1 << 18;

/** The same text in pieces of some size. */
export async function* inPieces(text: AsyncIterable<string>): AsyncGenerator<string> {
	let piece: string[] = [];
	let length = 0;
	for await (const part of text) {
		piece.push(part);
		length += part.length;
		if (length >= pieceLength) {
			yield piece.join('');
			piece = [];
			length = 0;
		}
	}
	yield piece.join('');
}
