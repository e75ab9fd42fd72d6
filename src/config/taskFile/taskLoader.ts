import { type Message, message } from '../../protocol/messages';
import type { FieldPath, Problem } from '../problem';
import { folderOf, pathFrom, type TaskFiles } from './taskFiles';
import { parseTaskYaml, type TaskYaml } from './taskYaml';

/** A field's value with the place where it was written. */
export interface Placed {
	readonly value: unknown;
	readonly yaml: TaskYaml;
	/** To the value, in that file. */
	readonly path: FieldPath;
}

/** Top-level fields by name. */
export type PlacedFields = ReadonlyMap<string, Placed>;

/** A file with what it includes: the including file's fields stand over the included ones', the later include's over the earlier's. */
export interface LoadedTask {
	readonly yaml: TaskYaml;
	/** Without `include`. */
	readonly fields: PlacedFields;
	/** Of the syntax and of includes, in all the files that were read. */
	readonly problems: readonly Problem[];
}

export interface TaskLoader {
	/** Null where there is no such file. */
	load(path: string): Promise<LoadedTask | null>;
	readonly files: TaskFiles;
}

/** Reads task files, each once. */
export function createTaskLoader(files: TaskFiles): TaskLoader {
	const known = new Map<string, Promise<TaskYaml | null>>();
	const yamlOf = (path: string): Promise<TaskYaml | null> => {
		let yaml = known.get(path);
		if (!yaml) {
			yaml = readYaml(files, path);
			known.set(path, yaml);
		}
		return yaml;
	};

	const withIncludes = async (yaml: TaskYaml, chain: readonly string[]): Promise<LoadedTask> => {
		const problems: Problem[] = [...yaml.problems];
		const fields = new Map<string, Placed>();
		const fail = (path: FieldPath, sentence: Message) => problems.push(problemAt({ yaml, path }, sentence));
		for (const [include, path] of includesOf(yaml)) {
			if (include instanceof Map) {
				addFields(fields, include, yaml, path);
				continue;
			}
			if (typeof include !== 'string') {
				fail(path, message('config.task-include', {}));
				continue;
			}
			const target = pathFrom(folderOf(yaml.path), include);
			if (chain.includes(target)) {
				fail(path, message('config.task-include-cycle', { chain: [...chain, target].join(' → ') }));
				continue;
			}
			const included = await yamlOf(target);
			if (!included) {
				fail(path, message('config.task-no-include', { path: target }));
				continue;
			}
			const loaded = await withIncludes(included, [...chain, target]);
			problems.push(...loaded.problems);
			for (const [name, placed] of loaded.fields) {
				fields.set(name, placed);
			}
		}
		addFields(fields, yaml.fields, yaml, []);
		fields.delete('include');
		return { yaml, fields, problems };
	};

	return {
		files,
		async load(path) {
			const yaml = await yamlOf(path);
			return yaml && withIncludes(yaml, [path]);
		},
	};
}

/** A problem at a place of a task file. */
export function problemAt(
	{ yaml, path }: Pick<Placed, 'yaml' | 'path'>,
	sentence: Message,
	part: 'value' | 'key' = 'value',
): Problem {
	return { severity: 'error', message: sentence, range: yaml.locate(path, part), file: yaml.path };
}

/** A group of 57 tasks is read again at each keystroke in its evaluation, and its files hardly ever change. */
const parsed = new Map<string, { readonly text: string; readonly yaml: TaskYaml }>();
const mostParsed = 500;

async function readYaml(files: TaskFiles, path: string): Promise<TaskYaml | null> {
	const text = await files.read(path);
	if (text === null) {
		parsed.delete(path);
		return null;
	}
	const before = parsed.get(path);
	if (before?.text === text) {
		return before.yaml;
	}
	if (parsed.size >= mostParsed) {
		parsed.clear();
	}
	const yaml = parseTaskYaml(path, text);
	parsed.set(path, { text, yaml });
	return yaml;
}

function includesOf({ fields }: TaskYaml): readonly (readonly [include: unknown, path: FieldPath])[] {
	const include = fields.get('include') ?? null;
	if (Array.isArray(include)) {
		return include.map((one, i) => [one, ['include', i]]);
	}
	return include === null ? [] : [[include, ['include']]];
}

/** Puts the entries of a mapping, which stands at `parent` of a file, over what there is. */
export function addFields(
	fields: Map<string, Placed>,
	entries: ReadonlyMap<unknown, unknown>,
	yaml: TaskYaml,
	parent: FieldPath,
): void {
	for (const [key, value] of entries) {
		fields.set(String(key), { value, yaml, path: [...parent, String(key)] });
	}
}
