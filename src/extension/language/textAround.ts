const header = /^ *(?:[^\s#'"[{&*!|>-][^#]*|"[^"]*"|'[^']*'):(?= *(?:[|>][-+0-9]*)? *(?:#.*)?$)/;

/**
 * A text with what stands inside of other fields at the top and of other variants left out, lines counted as before: what
 * the schema knows of a place does not depend on it, and reading it again for each keystroke takes the longest.
 * @param line Of the cursor.
 */
export function textAround(text: string, line: number): string {
	const lines = text.split('\n');
	// An anchor in what is left out would be missed where it is named.
	if (/(^|\s)&\w/m.test(text)) {
		return text;
	}
	const indents = lines.map(one => (/^\s*$/.test(one) ? Number.POSITIVE_INFINITY : one.search(/\S/)));
	let parents: readonly number[] = [];
	for (let i = 0; i < lines.length; i++) {
		const indent = indents[i] ?? 0;
		if (indent === Number.POSITIVE_INFINITY) {
			continue;
		}
		parents = parents.filter(parent => parent < indent);
		const own = header.exec(lines[i] ?? '')?.[0];
		if (own === undefined || parents.length > 1) {
			continue;
		}
		const next = indents.findIndex((other, at) => at > i && other <= indent);
		const end = next < 0 ? lines.length : next;
		if (i <= line && line < end) {
			parents = [...parents, indent];
		} else if (indents.slice(i + 1, end).some(Number.isFinite)) {
			lines[i] = `${own} ~`;
			lines.fill('', i + 1, end);
			i = end - 1;
		}
	}
	return lines.join('\n');
}
