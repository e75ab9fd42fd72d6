import type { parse } from '@huggingface/jinja';
import { toValue, type Value } from './jinjaValues';

export type Program = ReturnType<typeof parse>;
export type Statement = Program['body'][number];

/** What the interpreter has to know of a node beside what it is. */
export interface Marks {
	/** What may be undefined. */
	readonly lenient: ReadonlySet<unknown>;
	/** Expressions whose value becomes output. */
	readonly printed: ReadonlySet<unknown>;
	/** Expressions that a loop goes over. */
	readonly iterated: ReadonlySet<unknown>;
	/** The values of texts and whole numbers, made once. */
	readonly literals: ReadonlyMap<unknown, Value>;
}

// The package exports its nodes' classes only as what parse returns, so that `type` has to tell what members there are.
export interface Nodes {
	Identifier: { readonly value: string };
	StringLiteral: { readonly value: string };
	IntegerLiteral: { readonly value: number };
	MemberExpression: { readonly object: Statement; readonly property: Statement; readonly computed: boolean };
	CallExpression: { readonly callee: Statement; readonly args: readonly Statement[] };
	FilterExpression: { readonly operand: Statement; readonly filter: Statement };
	For: { readonly iterable: Statement };
	SelectExpression: { readonly lhs: Statement };
	TestExpression: { readonly operand: Statement };
	BinaryExpression: {
		readonly operator: { readonly value: string };
		readonly left: Statement;
		readonly right: Statement;
	};
	KeywordArgumentExpression: { readonly key: { readonly value: string }; readonly value: Statement };
}

/** A node seen as what its type says it is. */
export function as<T extends keyof Nodes>(type: T, node: Statement): Nodes[T] | undefined {
	return node.type === type ? (node as unknown as Nodes[T]) : undefined;
}

const statementTypes = new Set(
	'Program If For Set Macro Comment Break Continue CallStatement FilterStatement'.split(' '),
);
const bodies = new Set(['body', 'alternate', 'defaultBlock']);

export function markNodes(program: Program): Marks {
	const lenient = new Set<unknown>();
	const printed = new Set<unknown>();
	const iterated = new Set<unknown>();
	const literals = new Map<unknown, Value>();
	const visit = (node: unknown, isOutput: boolean): void => {
		if (typeof node !== 'object' || node === null) {
			return;
		}
		if (node instanceof Map) {
			visit([...node.entries()].flat(), false);
			return;
		}
		if (Array.isArray(node)) {
			for (const member of node) {
				visit(member, isOutput);
			}
			return;
		}
		const statement = node as Statement; // tokens are visited too; they have no node's type
		if (isOutput && !statementTypes.has(statement.type)) {
			printed.add(statement);
		}
		const filter = as('FilterExpression', statement);
		if (filter && isDefault(filterCall(filter).name)) {
			lenient.add(filter.operand);
		}
		const test = as('TestExpression', statement);
		if (test) {
			lenient.add(test.operand);
		}
		const literal = as('StringLiteral', statement) ?? as('IntegerLiteral', statement);
		if (literal) {
			literals.set(statement, toValue(literal.value));
		}
		const loop = as('For', statement);
		if (loop) {
			iterated.add(as('SelectExpression', loop.iterable)?.lhs ?? loop.iterable);
		}
		if (statement.type === 'SelectExpression') {
			lenient.add(statement); // `a if b` without else is nothing, even to StrictUndefined
		}
		for (const [member, child] of Object.entries(statement)) {
			visit(child, bodies.has(member));
		}
	};
	visit(program, false);
	return { lenient, printed, iterated, literals };
}

export function isDefault(filter: string): boolean {
	return filter === 'default' || filter === 'd';
}

export function filterCall({ filter }: Nodes['FilterExpression']): { name: string; args: readonly Statement[] } {
	const call = as('CallExpression', filter);
	return { name: as('Identifier', call?.callee ?? filter)?.value ?? '', args: call?.args ?? [] };
}

const longestSource = 60;

/** An expression as a template would have it, shortened: for errors. */
export function sourceOf(node: Statement): string {
	const source = expressionOf(node);
	return source.length > longestSource ? `${source.slice(0, longestSource)}…` : source;
}

function expressionOf(node: Statement): string {
	const name = as('Identifier', node)?.value ?? as('IntegerLiteral', node)?.value;
	if (name !== undefined) {
		return String(name);
	}
	const text = as('StringLiteral', node);
	if (text) {
		return `'${text.value}'`;
	}
	const member = as('MemberExpression', node);
	if (member) {
		const property = expressionOf(member.property);
		return expressionOf(member.object) + (member.computed ? `[${property}]` : `.${property}`);
	}
	const filter = as('FilterExpression', node);
	return filter ? `${expressionOf(filter.operand)}|${filterCall(filter).name}` : '…';
}
