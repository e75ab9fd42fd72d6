import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outputLines } from './outputLines';

function linesOf(pieces: readonly string[]): string[] {
	const lines: string[] = [];
	const output = outputLines(line => lines.push(line));
	for (const piece of pieces) {
		output.add(piece);
	}
	output.end();
	return lines;
}

test('lines are the same wherever the text was cut', () => {
	const piece = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r') });
	fc.assert(
		fc.property(fc.array(piece), pieces => {
			expect(linesOf(pieces)).toEqual(linesOf([pieces.join('')]));
		}),
	);
});

test('a bar of progress is one line for each of its states', () => {
	expect(linesOf(['1%\r50', '%\r', '100%\r', '\ndone\n\nlast'])).toEqual(['1%', '50%', '100%', 'done', '', 'last']);
});
