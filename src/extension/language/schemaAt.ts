/** The parts of a JSON Schema that completion and hover read. */
export interface SchemaNode {
	readonly description?: string;
	readonly default?: unknown;
	readonly type?: string;
	readonly enum?: readonly string[];
	readonly markdownEnumDescriptions?: readonly string[];
	readonly properties?: Readonly<Record<string, SchemaNode>>;
	readonly additionalProperties?: SchemaNode | boolean;
	readonly items?: SchemaNode;
	readonly anyOf?: readonly SchemaNode[];
	readonly oneOf?: readonly SchemaNode[];
}

/** Where a cursor stands in a file: below which keys (`-` for an item of a list), and in a key or its value. */
export interface Place {
	readonly path: readonly string[];
	readonly part: 'key' | 'value';
	/** Keys that the mapping around the cursor has already, the cursor's own line left out. */
	readonly siblings: readonly string[];
	/** Column where the word that the cursor stands in begins. */
	readonly start: number;
}

const keyLine = /^(\s*(?:- +)*)("[^"]*"|'[^']*'|[^\s#"'[\]{}&*!|>%@`-][^#]*?)\s*:(?=\s|$)/;

interface Line {
	/** Column of the key, or of the text where there is none. */
	readonly column: number;
	readonly key: string | null;
	/** Whether a `- ` stands before it, and where. */
	readonly dash: number | null;
}

function readLine(text: string): Line | null {
	if (/^\s*(#|$)/.test(text)) {
		return null;
	}
	const match = keyLine.exec(text);
	const lead = match?.[1] ?? /^\s*(?:- +)*/.exec(text)?.[0] ?? '';
	const dash = lead.indexOf('-');
	const key = match?.[2]?.replace(/^(["'])(.*)\1$/, '$2') ?? null;
	return { column: lead.length, key, dash: dash < 0 ? null : dash };
}

/**
 * Reads the place by indentation alone, because a file that is being typed seldom parses. Null where no field can stand:
 * in a comment, and in a block of text.
 */
export function placeAt(lines: readonly string[], line: number, column: number): Place | null {
	const text = lines[line] ?? '';
	const before = text.slice(0, column);
	if (/(^|\s)#/.test(before)) {
		return null;
	}
	const own = keyLine.exec(before.endsWith(':') ? `${before} ` : before);
	const lead = /^\s*(?:- +)*/.exec(before)?.[0] ?? '';
	const dash = lead.indexOf('-');
	let indent = lead.length;
	const path: string[] = [];
	const siblings: string[] = [];
	if (own) {
		path.unshift((own[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'));
	}
	if (dash >= 0) {
		path.unshift('-');
		indent = dash;
	}
	let sibling: number | null = lead.length;
	for (let i = line - 1; i >= 0; i--) {
		const above = readLine(lines[i] ?? '');
		if (!above) {
			continue;
		}
		if (above.column === sibling && dash < 0 && above.key !== null) {
			siblings.push(above.key);
		}
		const isItem = above.dash !== null && above.dash < indent;
		if (isItem && above.column <= indent) {
			path.unshift('-');
			indent = above.dash ?? 0;
			sibling = null;
		} else if (above.column < indent || (path[0] === '-' && above.column === indent && above.dash === null)) {
			if (/[|>][-+0-9]*\s*$/.test(lines[i] ?? '')) {
				return null;
			}
			if (above.key !== null) {
				path.unshift(above.key);
			}
			if (above.dash !== null) {
				path.unshift('-');
			}
			indent = above.dash ?? above.column;
			sibling = null;
		}
	}
	for (let i = line + 1; i < lines.length && dash < 0; i++) {
		const below = readLine(lines[i] ?? '');
		if (below && below.column < lead.length) {
			break;
		}
		if (below?.key != null && below.column === lead.length) {
			siblings.push(below.key);
		}
	}
	const start = own ? own[0].length + (/^\s*/.exec(before.slice(own[0].length))?.[0].length ?? 0) : lead.length;
	return { path, part: own ? 'value' : 'key', siblings, start };
}

/** Every way in which the schema describes what stands at a path; more than one where it allows alternatives. */
export function nodesAt(schema: SchemaNode, path: readonly string[]): readonly SchemaNode[] {
	let nodes = alternatives(schema);
	for (const step of path) {
		nodes = nodes.flatMap(node => {
			if (step === '-') {
				return node.items ? alternatives(node.items) : [];
			}
			const { properties = {}, additionalProperties } = node;
			const found = Object.hasOwn(properties, step) ? properties[step] : additionalProperties;
			return typeof found === 'object' ? alternatives(found) : [];
		});
	}
	return nodes;
}

function alternatives(node: SchemaNode): readonly SchemaNode[] {
	return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(alternatives)];
}

export interface Suggestion {
	readonly label: string;
	readonly kind: 'field' | 'value';
	/** Markdown. */
	readonly documentation: string;
	/** The field holds fields or items of its own, which go on the next line. */
	readonly nests: boolean;
}

/** What may be written at a place. */
export function suggestionsAt(schema: SchemaNode, { path, part, siblings }: Place): readonly Suggestion[] {
	const nodes = nodesAt(schema, path);
	const suggestions =
		part === 'key'
			? nodes.flatMap(node => [...fields(node), ...values(node, path)])
			: nodes.flatMap(node => values(node, path));
	const unique = new Map(suggestions.map(suggestion => [suggestion.label, suggestion]));
	return [...unique.values()].filter(({ kind, label }) => kind === 'value' || !siblings.includes(label));
}

function fields({ properties = {} }: SchemaNode): readonly Suggestion[] {
	return Object.entries(properties).map(([label, node]) => ({
		label,
		kind: 'field',
		documentation: describe(node),
		nests: alternatives(node).every(({ type, anyOf }) => type === 'object' || type === 'array' || anyOf !== undefined),
	}));
}

function values(node: SchemaNode, path: readonly string[]): readonly Suggestion[] {
	const own = node.enum ?? (node.type === 'boolean' ? ['true', 'false'] : []);
	// Where a key is expected a value can stand only as the item of a list.
	return path.length === 0
		? []
		: own.map((label, i) => ({
				label: String(label),
				kind: 'value',
				documentation: node.markdownEnumDescriptions?.[i] ?? '',
				nests: false,
			}));
}

/** Markdown about a field: what it is, its values, its default. */
export function describe(node: SchemaNode): string {
	const parts = [node.description ?? ''];
	if (node.enum) {
		parts.push(node.enum.map(value => `\`${value}\``).join(', '));
	}
	if (node.default !== undefined) {
		parts.push(`\`${JSON.stringify(node.default)}\``);
	}
	return parts.filter(part => part !== '').join('\n\n');
}
