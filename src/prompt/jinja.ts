import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import type { Json } from '../protocol/json';
import { compareCodePoints } from './codePoints';
import { Float, filters, methods } from './jinjaBuiltins';
import { as, filterCall, isDefault, type Marks, markNodes, type Nodes, type Statement, sourceOf } from './jinjaNodes';
import { withoutRaw } from './jinjaRaw';
import { contains, testOfFilter, testsAsFilters } from './jinjaTests';
import { equal, floatValue, toPlain, toText, toValue, type Value } from './jinjaValues';
import { percentFormat } from './pythonFormat';

/**
 * Jinja as lm-evaluation-harness sets it up (`keep_trailing_newline`, `StrictUndefined`, no `trim_blocks`, no
 * `lstrip_blocks`), on the parser and interpreter of @huggingface/jinja, which was made for chat templates. Put right here,
 * as Python has it: what is undefined is an error wherever it is used, but for `is defined` and `default`; values print as
 * Python prints them (`None`, `True`, `['a']`); `==` and `in` compare by value and type; texts are counted and indexed by
 * code point; the filters and methods of jinjaBuiltins.
 *
 * A whole number of the data prints as an integer: JSON does not tell 1.0 from 1. Not there, and an error: numbers with an
 * exponent, `(1,)`, `include`, `extends`, `with`; `loop.cycle` and `loop.changed`; the filter groupby.
 */
export interface JinjaProgram {
	/** @param scope Stays as it is: `set` makes names of the run. */
	run(scope: JinjaScope): string;
}

/** @throws Error with a sentence of the parser's where the source is no Jinja. */
export function compileJinja(source: string): JinjaProgram {
	// Jinja makes LF of every line end of a template, and @huggingface/jinja drops one at the end: this one.
	const text = withoutRaw(source.replace(/\r\n?/g, '\n'));
	const program = parse(testsAsFilters(tokenize(`${text}\n`)));
	const marks = markNodes(program);
	return {
		run(scope) {
			const result = new StrictInterpreter(new Environment(scope), marks).run(program);
			return toText(result);
		},
	};
}

/** Values by name, each converted once, when it is first used, for all the templates of a row. */
export type JinjaScope = Environment;

/** @param values A name may be any text. */
export function jinjaScope(values: ReadonlyMap<string, Json>): JinjaScope {
	const scope = new Environment();
	scope.variables = new LazyValues(values);
	return scope;
}

/** Names above those of another scope, which stays as it is. */
export function innerScope(outer: JinjaScope, values: readonly (readonly [string, Json])[]): JinjaScope {
	const scope = new Environment(outer);
	scope.variables = new LazyValues(new Map(values));
	return scope;
}

class LazyValues extends Map<string, Value> {
	constructor(private readonly plain: ReadonlyMap<string, Json>) {
		super();
	}

	override has(name: string): boolean {
		return super.has(name) || constants.has(name) || this.plain.has(name) || globals.has(name);
	}

	override get(name: string): Value | undefined {
		const known = super.get(name);
		if (known !== undefined) {
			return known;
		}
		const plain = constants.has(name) ? constants.get(name) : this.plain.get(name);
		const value = plain === undefined ? globals.get(name) : toValue(plain);
		if (value !== undefined) {
			super.set(name, value);
		}
		return value;
	}
}

// Names, not literals, to the parser: no column may hide them.
const constants: ReadonlyMap<string, Json> = new Map<string, Json>([
	['true', true],
	['True', true],
	['false', false],
	['False', false],
	['none', null],
	['None', null],
]);

const longestRange = 100_000;

function range(from: number, to?: number, step = 1): number[] {
	const [start, stop] = to === undefined ? [0, from] : [from, to];
	const length = Math.max(0, Math.ceil((stop - start) / step));
	if (!(length <= longestRange)) {
		throw new Error('range() is too long, or its step is 0');
	}
	return Array.from({ length }, (_, i) => start + i * step);
}

const globals = withRange(new Environment()).variables;

function withRange(environment: Environment): Environment {
	environment.set('range', range);
	return environment;
}

/** Something was used that the row does not have. */
export class UndefinedUse extends Error {
	constructor(
		/** The expression as the template has it, shortened. */
		readonly expression: string,
		/** The name alone is unknown; else it is a member that is missing. */
		readonly isName: boolean,
	) {
		super(`${expression} is undefined`);
	}
}

class StrictInterpreter extends Interpreter {
	constructor(
		environment: Environment,
		private readonly marks: Marks,
	) {
		super(environment);
	}

	override evaluate(node: Statement | undefined, environment: Environment): Value {
		if (node === undefined) {
			return super.evaluate(node, environment); // a bound that a slice leaves out
		}
		const literal = this.marks.literals.get(node);
		if (literal) {
			return literal;
		}
		const value = this.#own(node, environment) ?? super.evaluate(node, environment);
		if (value.type === 'UndefinedValue' && !this.marks.lenient.has(node)) {
			throw new UndefinedUse(sourceOf(node), node.type === 'Identifier');
		}
		if (typeof value.value === 'string') {
			return this.marks.iterated.has(node) ? toValue([...value.value]) : value;
		}
		return this.marks.printed.has(node) ? toValue(toText(value)) : value;
	}

	/** What differs from the package; undefined where nothing does. */
	#own(node: Statement, environment: Environment): Value | undefined {
		const filter = as('FilterExpression', node);
		if (filter) {
			return this.#filter(filter, environment);
		}
		const call = as('CallExpression', node);
		if (call) {
			return this.#method(call, environment);
		}
		const binary = as('BinaryExpression', node);
		if (binary) {
			return this.#binary(binary, environment);
		}
		const member = as('MemberExpression', node);
		return member?.computed && member.property.type !== 'SliceExpression'
			? this.#index(member, environment)
			: undefined;
	}

	#filter(node: Nodes['FilterExpression'], environment: Environment): Value | undefined {
		const { name, args } = filterCall(node);
		if (isDefault(name)) {
			const operand = this.evaluate(node.operand, environment);
			const { positional, named } = this.#arguments(args, environment);
			const orFalse = positional[1] ?? named.boolean ?? false;
			const missing = operand.type === 'UndefinedValue' || (orFalse === true && !operand.__bool__().value);
			return missing ? toValue(positional[0] ?? named.default_value ?? '') : operand;
		}
		const own = testOfFilter(name) ?? (Object.hasOwn(filters, name) ? filters[name] : undefined);
		if (!own) {
			return undefined;
		}
		const operand = this.evaluate(node.operand, environment);
		const { positional, named } = this.#arguments(args, environment);
		const result = own(toPlain(operand), positional, named);
		if (result instanceof Float) {
			return floatValue(result.value);
		}
		return result === undefined ? undefinedValue() : toValue(result);
	}

	#method({ callee, args }: Nodes['CallExpression'], environment: Environment): Value | undefined {
		const member = as('MemberExpression', callee);
		const name = member && !member.computed ? as('Identifier', member.property)?.value : undefined;
		const own = name !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
		if (!member || !own) {
			return undefined;
		}
		const receiver = this.evaluate(member.object, environment);
		if (typeof receiver.value !== 'string' && !Array.isArray(receiver.value)) {
			return undefined;
		}
		const { positional, named } = this.#arguments(args, environment);
		return toValue(own(toPlain(receiver), positional, named));
	}

	#binary({ operator, left, right }: Nodes['BinaryExpression'], environment: Environment): Value | undefined {
		const operation = Object.hasOwn(operations, operator.value) ? operations[operator.value] : undefined;
		if (!operation) {
			return undefined;
		}
		const result = operation(this.evaluate(left, environment), this.evaluate(right, environment));
		return result === undefined ? undefined : toValue(result);
	}

	/** A text has characters at its code points. */
	#index({ object, property }: Nodes['MemberExpression'], environment: Environment): Value | undefined {
		const text = this.evaluate(object, environment).value;
		const index = this.evaluate(property, environment).value;
		if (typeof text !== 'string' || typeof index !== 'number') {
			return undefined;
		}
		const character = [...text].at(index);
		return character === undefined ? undefinedValue() : toValue(character);
	}

	#arguments(args: readonly Statement[], environment: Environment) {
		const positional: Json[] = [];
		const named: Record<string, Json> = {};
		for (const argument of args) {
			const keyword = as('KeywordArgumentExpression', argument);
			if (keyword) {
				named[keyword.key.value] = toPlain(this.evaluate(keyword.value, environment));
			} else {
				positional.push(toPlain(this.evaluate(argument, environment)));
			}
		}
		return { positional, named };
	}
}

/** Undefined: as the package has it. */
const operations: { readonly [operator: string]: (left: Value, right: Value) => Json | undefined } = {
	'==': (left, right) => equal(toPlain(left), toPlain(right)),
	'!=': (left, right) => !equal(toPlain(left), toPlain(right)),
	in: (left, right) => contains(toPlain(right), toPlain(left)),
	'not in': (left, right) => !contains(toPlain(right), toPlain(left)),
	'<': (left, right) => compared(left, right, comparison => comparison < 0),
	'<=': (left, right) => compared(left, right, comparison => comparison <= 0),
	'>': (left, right) => compared(left, right, comparison => comparison > 0),
	'>=': (left, right) => compared(left, right, comparison => comparison >= 0),
	'~': (left, right) => toText(left) + toText(right),
	'+': (left, right) => {
		if ((typeof left.value === 'string') !== (typeof right.value === 'string')) {
			throw new Error('+ cannot join a text and something else; use ~');
		}
		return undefined;
	},
	'*': (left, right) => repeated(left.value, right.value) ?? repeated(right.value, left.value),
	'%': (left, right) => {
		const [a, b] = [left.value, right.value];
		if (typeof a === 'string') {
			return percentFormat(a, valuesToFormat(right));
		}
		// The sign is the divisor's.
		return typeof a === 'number' && typeof b === 'number' ? ((a % b) + b) % b : undefined;
	},
};

/** Texts go by code points; numbers as the package has it. */
function compared(left: Value, right: Value, holds: (comparison: number) => boolean): boolean | undefined {
	return typeof left.value === 'string' && typeof right.value === 'string'
		? holds(compareCodePoints(left.value, right.value))
		: undefined;
}

function valuesToFormat(value: Value): readonly Json[] | ReadonlyMap<string, Json> {
	const plain = toPlain(value);
	if (value.type === 'TupleValue' && Array.isArray(plain)) {
		return plain;
	}
	return typeof plain === 'object' && plain !== null && !Array.isArray(plain)
		? new Map(Object.entries(plain))
		: [plain];
}

function repeated(text: unknown, times: unknown): string | undefined {
	return typeof text === 'string' && typeof times === 'number' ? text.repeat(Math.max(0, times)) : undefined;
}

function undefinedValue(): Value {
	return new Environment().lookupVariable('');
}
