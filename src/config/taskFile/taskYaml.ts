import type { ScalarTag } from 'yaml';
import { type Message, message } from '../../protocol/messages';
import { byPlace, type FieldPath, type Problem, type SourceRange } from '../problem';
import { locator, parseYaml, yamlProblems, yamlValue } from '../yamlDocument';
import { sourceText } from '../yamlText';

/** `!function module.name`: Python code beside the file. */
export class PythonFunction {
	constructor(readonly name: string) {}

	toString(): string {
		return `!function ${this.name}`;
	}
}

/** One YAML file of lm-evaluation-harness, before its includes. */
export interface TaskYaml {
	readonly path: string;
	/** Empty where the text is no mapping; mappings as Maps. */
	readonly fields: ReadonlyMap<string, unknown>;
	/** Of the syntax. */
	readonly problems: readonly Problem[];
	locate(path: FieldPath, part?: 'value' | 'key'): SourceRange;
}

const functionTag: ScalarTag = {
	tag: '!function',
	identify: value => value instanceof PythonFunction,
	resolve: name => new PythonFunction(name),
};

/** Reads the text as PyYAML does: YAML 1.1, where `yes` is true, and the later of two equal keys counts. Never throws. */
export function parseTaskYaml(path: string, text: string): TaskYaml {
	const source = sourceText(text.replace(/^\ufeff/, ''));
	const document = parseYaml(source.text, { version: '1.1', customTags: [functionTag] });
	const locate = locator(document, source);
	const syntax = yamlProblems(document, source).map(
		(problem): Problem => ({
			...problem,
			severity: problem.message.code === 'config.doubled-key' ? 'warning' : problem.severity,
			file: path,
		}),
	);
	const broken = (reason: Message | null): TaskYaml => {
		const problem: Problem[] =
			reason === null ? [] : [{ severity: 'error', message: reason, range: locate([]), file: path }];
		return { path, fields: new Map(), problems: [...syntax, ...problem].sort(byPlace), locate };
	};
	if (syntax.some(problem => problem.severity === 'error')) {
		return broken(null);
	}
	const read = yamlValue(document);
	if ('error' in read) {
		return broken(message('config.yaml', { reason: read.error }));
	}
	if (!(read.value instanceof Map)) {
		return broken(message('config.task-no-mapping', {}));
	}
	if (holdsItself(read.value)) {
		return broken(message('config.task-alias', {}));
	}
	return { path, fields: textKeys(read.value), problems: syntax, locate };
}

function textKeys(entries: ReadonlyMap<unknown, unknown>): Map<string, unknown> {
	return new Map([...entries].map(([key, value]) => [String(key), value]));
}

/** Whether an alias stands inside what it names: no task needs that, and whoever walks through values need not think of it. */
function holdsItself(value: unknown, within: readonly unknown[] = []): boolean {
	const parts: readonly unknown[] = value instanceof Map ? [...value.values()] : Array.isArray(value) ? value : [];
	const inside = [...within, value];
	return parts.some(
		part => typeof part === 'object' && part !== null && (inside.includes(part) || holdsItself(part, inside)),
	);
}
