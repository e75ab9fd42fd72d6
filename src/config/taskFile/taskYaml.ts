import type { Document, ScalarTag } from 'yaml';
import { type Message, message } from '../../protocol/messages';
import { withChoiceTexts } from '../choiceTexts';
import { byPlace, type FieldPath, type Problem, type SourceRange } from '../problem';
import { locator, parseYaml, yamlProblems, yamlValue } from '../yamlDocument';
import { sourceText } from '../yamlText';
import { pythonNumber, pyYamlTags } from './pyYaml';

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

/**
 * Reads the text as PyYAML does: YAML 1.1, where `yes` is true, and the later of two equal keys counts; numbers as choices
 * become the texts that Python makes of them. Never throws.
 */
export function parseTaskYaml(path: string, text: string): TaskYaml {
	const source = sourceText(text.replace(/^\ufeff/, ''));
	const document = parseYaml(source.text, {
		version: '1.1',
		customTags: tags => [...pyYamlTags(tags), functionTag],
	});
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
	return { path, fields: textKeys(choiceTexts(read.value, document)), problems: syntax, locate };
}

/** Choices stand in a file, in a group's entries, in mappings that are included, and in `fewshot_config`. */
function choiceTexts(entries: ReadonlyMap<unknown, unknown>, document: Document): ReadonlyMap<unknown, unknown> {
	const inside = (value: unknown, path: FieldPath): unknown => {
		if (Array.isArray(value)) {
			return value.map((entry, i) => inside(entry, [...path, i]));
		}
		return value instanceof Map ? ofMapping(value, path) : value;
	};
	const ofMapping = (fields: ReadonlyMap<unknown, unknown>, path: FieldPath): ReadonlyMap<unknown, unknown> => {
		const texts = withChoiceTexts(fields, document, path, pythonNumber);
		return new Map([...texts].map(([key, value]) => [key, inside(value, [...path, String(key)])]));
	};
	return ofMapping(entries, []);
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
