const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** Python's `repr` of a text: single quotes unless it holds only the other kind, what does not print escaped. */
export function stringRepr(text: string): string {
	const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
	const inner = text.replace(/[\\'"]|[\p{C}\p{Z}]/gu, character => {
		if (character === ' ' || ((character === "'" || character === '"') && character !== quote)) {
			return character;
		}
		return shortEscapes[character] ?? (character === quote ? `\\${quote}` : codePointEscape(character));
	});
	return quote + inner + quote;
}

function codePointEscape(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	const hex = code.toString(16);
	if (code < 0x100) {
		return `\\x${hex.padStart(2, '0')}`;
	}
	return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** A text in either quotes, or a number or name, with what may stand around it in a list. */
const item = /\s*(?:'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|([-+\w.]+))\s*(,|$)/y;

/**
 * The texts of a flat list as Python or JSON writes it, `['a', "b", 3]`: what lm-evaluation-harness makes of a rendered
 * `doc_to_choice` with `ast.literal_eval`. A number or name stands for its text. Null where the text is no such list.
 */
export function parseListLiteral(text: string): readonly string[] | null {
	const inner = /^\s*(?:\[([\s\S]*)\]|\(([\s\S]*)\))\s*$/.exec(text);
	const body = inner?.[1] ?? inner?.[2];
	if (body === undefined) {
		return null;
	}
	const items: string[] = [];
	let comma = true;
	item.lastIndex = 0;
	while (comma && /\S/.test(body.slice(item.lastIndex))) {
		const match = item.exec(body);
		if (!match) {
			return null;
		}
		const quoted = match[1] ?? match[2];
		items.push(quoted === undefined ? (match[3] ?? '') : unescaped(quoted));
		comma = match[4] === ',';
	}
	return items;
}

const escapes: Readonly<Record<string, string>> = {
	a: '\x07',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v',
	'\\': '\\',
	"'": "'",
	'"': '"',
	'\n': '',
};

/** An unknown escape keeps its backslash, as in Python. */
function unescaped(quoted: string): string {
	return quoted.replace(
		/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
		(whole, x?: string, u?: string, long?: string, octal?: string, single = '') => {
			const hex = x ?? u ?? long;
			if (hex !== undefined || octal !== undefined) {
				const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
				return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
			}
			return escapes[single] ?? whole;
		},
	);
}
