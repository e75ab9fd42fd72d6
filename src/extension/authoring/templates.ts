/** Names that mean something else to a template than the column of that name. */
const taken = new Set(
	'and or not in is if elif else for set true false none True False None range loop doc choices answer subject'.split(
		' ',
	),
);

/** A column in a template, whatever it is called: `{{text}}`, or `{{doc["my text"]}}` where the name is no variable. */
export function columnExpression(name: string, ...members: readonly (string | number)[]): string {
	const isVariable = /^[A-Za-z_]\w*$/.test(name) && !taken.has(name);
	return [
		isVariable ? name : `doc[${jinjaString(name)}]`,
		...members.map(member => (typeof member === 'number' ? `[${member}]` : `[${jinjaString(member)}]`)),
	].join('');
}

export function columnTemplate(name: string, ...members: readonly (string | number)[]): string {
	return `{{${columnExpression(name, ...members)}}}`;
}

/**
 * A string literal of Jinja. Escapes of JSON mean the same to Jinja; percent signs are written as one too, since the
 * tokenizer takes out `{% generation %}` before it knows of strings.
 */
function jinjaString(text: string): string {
	return JSON.stringify(text).replaceAll('%', '\\u0025');
}

/** A template that renders to just this text: class names may look like Jinja. */
export function literalTemplate(text: string): string {
	return /\{[{%#]|\r/.test(text) ? `{{${jinjaString(text)}}}` : text;
}
