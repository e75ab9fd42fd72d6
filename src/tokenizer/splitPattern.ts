/**
 * On which side of a line end a text may be cut, where a letter of ASCII follows the line end: `before` keeps the line end
 * with what follows, `after` with what precedes.
 */
export type LineCut = 'before' | 'after';

/**
 * The alternatives of which published split patterns are made (GPT-2, cl100k, Llama 3, Qwen, o200k, Tekken), as they are
 * written in tokenizer.json. None looks behind itself, and none but `\s+(?!\S)` looks ahead: whether one matches up to a
 * cut depends on what follows the cut only if it could also match across it.
 */
const contractions = [
	...["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"],
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
	"'(?i:[sdmt]|ll|ve|re)",
];
const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const casedWords = [`${upper}*${lower}+`, `${upper}+${lower}*`].map(word => String.raw`[^\r\n\p{L}\p{N}]?${word}`);
/** White space, but no line end, may stand first in a word, and nowhere else. */
const words = [
	String.raw` ?\p{L}+`,
	String.raw`[^\r\n\p{L}\p{N}]?\p{L}+`,
	String.raw`[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+`,
	...casedWords,
	...casedWords.map(word => `${word}(?i:'s|'t|'re|'ve|'m|'ll|'d)?`),
];
const numbers = [String.raw`\p{N}`, String.raw`\p{N}+`, String.raw`\p{N}{1,3}`, String.raw` ?\p{N}+`];
const signs = [String.raw` ?[^\s\p{L}\p{N}]+`, String.raw` ?[^\s\p{L}\p{M}\p{N}]+`];
/** After a line end nothing stands in these but line ends and slashes. */
const signsWithLineEnds = signs.flatMap(sign => [String.raw`${sign}[\r\n]*`, String.raw`${sign}[\r\n/]*`]);
const lineEnds = String.raw`\s*[\r\n]+`;
/** As these come last, every white space is matched by something, so that no gap between matches lies across a cut. */
const ending = String.raw`|\s+(?!\S)|\s+`;

const withoutLineEnds = new Set([...contractions, ...words, ...numbers, ...signs]);
const known = new Set([...withoutLineEnds, ...signsWithLineEnds, lineEnds]);

/** Patterns that match digits alone: whatever else stands beside a cut, they do not touch. */
const digitPatterns: ReadonlySet<unknown> = new Set([
	...numbers.filter(pattern => !pattern.startsWith(' ')),
	...[String.raw`\d`, String.raw`\d+`, String.raw`\d{1,3}`, '[0-9]', '[0-9]+', '[0-9][0-9][0-9]'],
]);

export function matchesDigitsOnly(pattern: unknown): boolean {
	return digitPatterns.has(pattern);
}

/**
 * Which cut at line ends does not change how a pattern's matches, and the gaps between them, divide a text; with it a text
 * may be cut before a space that stands between a visible character and a letter of ASCII. Null where that is not known.
 *
 * - Before such a space: in no alternative does white space follow anything but white space and signs, and of the space's
 *   kind, none follows signs. The character before the cut ends all white space that `\s+(?!\S)` could look ahead from.
 * - `after`: no alternative has a letter after a line end, and of white space up to a cut `\s*[\r\n]+` takes everything,
 *   before `\s+(?!\S)` is asked, with or without the letter.
 * - `before`: in no alternative but the last two is there a line end. Of white space with a letter after it `\s+(?!\S)`
 *   leaves the last character, here the line end, which is where the cut is; alone it takes as much, up to the end.
 */
export function lineCutOf(pattern: string): LineCut | null {
	if (!pattern.endsWith(ending)) {
		return null;
	}
	const parts = alternatives(pattern.slice(0, -ending.length));
	if (parts.includes(lineEnds) && parts.every(part => known.has(part))) {
		return 'after';
	}
	return parts.every(part => withoutLineEnds.has(part)) ? 'before' : null;
}

/** Divides at each bar outside groups and classes. Whatever it makes of other patterns is not among the known. */
function alternatives(pattern: string): readonly string[] {
	const parts = pattern.match(/(?:\\.|\[(?:\\.|[^\]\\])*\]|\((?:\\.|[^()\\])*\)|[^|\\[(])+/gsu) ?? [];
	return parts.join('|') === pattern ? parts : [pattern];
}
