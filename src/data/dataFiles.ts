import { parse } from 'yaml';
import * as z from 'zod';
import type { RepositoryFile } from '../hub/repository';
import { pathPattern } from './globPattern';
import { dataExtension } from './readFile';

/** The data of a repository by configs and splits, in order. */
export interface ConfigFiles {
	readonly name: string;
	readonly splits: readonly { readonly name: string; readonly files: readonly RepositoryFile[] }[];
}

/** Files that lie beside data and are none (as in the datasets library). */
const noData = new Set(['config.json', 'dataset_info.json', 'dataset_infos.json', 'dataset_dict.json']);

/** What names of files and folders say of a split, in the datasets library's order; separated by `-._ ` or digits. */
const splitWords = {
	train: ['train', 'training'],
	validation: ['validation', 'valid', 'dev', 'val'],
	test: ['test', 'testing', 'eval', 'evaluation'],
} as const;

/**
 * Finds configs and splits as Python's datasets library does: by the `configs` of the card where it has some, else by the
 * names of files. A repository whose data lies in folders that name no split has a config for each folder.
 * @param card The text of README.md; null where there is none.
 */
export function configsOfFiles(files: readonly RepositoryFile[], card: string | null): readonly ConfigFiles[] {
	const data = files.filter(isData);
	const named = cardConfigs(card).map(({ config_name, data_files, data_dir }) => {
		const folder = data_dir?.replace(/^(\.?\/)+|\/+$/g, '');
		const inside = folder ? data.filter(({ path }) => path.startsWith(`${folder}/`)) : data;
		return {
			name: config_name,
			splits: data_files ? splitsOfPatterns(inside, data_files, folder) : splitsOfNames(inside, folder),
		};
	});
	const found = named.some(config => config.splits.length > 0) ? named : configsOfFolders(data);
	return found.filter(config => config.splits.length > 0);
}

function isData({ path }: RepositoryFile): boolean {
	const names = path.split('/');
	const isHidden = names.some(name => name.startsWith('.') || name.startsWith('__'));
	return !isHidden && !noData.has(names.at(-1) ?? '') && dataExtension(path) !== null;
}

const paths = z.union([z.string().transform(path => [path]), z.array(z.string())]);

/** A text or list is the split `train`. */
const dataFilesSchema = z.union([
	paths.transform(path => [{ split: 'train', path }]),
	z.array(z.object({ split: z.string(), path: paths })),
	z.record(z.string(), paths).transform(bySplit => Object.entries(bySplit).map(([split, path]) => ({ split, path }))),
]);

const configSchema = z.object({
	config_name: z.string(),
	data_files: dataFilesSchema.optional(),
	data_dir: z.string().optional(),
});

type CardConfig = z.output<typeof configSchema>;

/** Those that can be understood. */
function cardConfigs(card: string | null): CardConfig[] {
	const [, frontMatter] = /^\uFEFF?---\r?\n(.*?)\r?\n---/s.exec(card ?? '') ?? [];
	let value: unknown = null;
	try {
		value = parse(frontMatter ?? '');
	} catch {
		// A card that is no YAML says nothing.
	}
	const configs = z.object({ configs: z.array(z.unknown()) }).safeParse(value).data?.configs ?? [];
	return configs.flatMap(config => configSchema.safeParse(config).data ?? []);
}

function splitsOfPatterns(
	files: readonly RepositoryFile[],
	patterns: NonNullable<CardConfig['data_files']>,
	folder: string | undefined,
): ConfigFiles['splits'] {
	return patterns.flatMap(({ split: name, path }) => {
		const found = path.flatMap(pattern => filesOfPattern(files, pattern, folder));
		return found.length > 0 ? [{ name, files: [...new Set(found)] }] : [];
	});
}

/** In a folder of a config, patterns count from there. A pattern may name a folder. */
function filesOfPattern(files: readonly RepositoryFile[], pattern: string, folder: string | undefined) {
	const start = folder ? `${folder}/` : '';
	const relative = (path: string) => path.slice(start.length);
	for (const fits of [pathPattern(pattern), pathPattern(`${pattern.replace(/\/$/, '')}/**`)]) {
		const found = files.filter(({ path }) => fits(relative(path)));
		if (found.length > 0) {
			return ofOneKind(found);
		}
	}
	return [];
}

function configsOfFolders(data: readonly RepositoryFile[]): ConfigFiles[] {
	const folders = [...new Set(data.map(({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')))];
	const areConfigs = folders.every(folder => folder !== '' && folder !== 'data' && splitOfName(folder) === null);
	return areConfigs
		? folders.map(name => ({
				name,
				splits: splitsOfNames(
					data.filter(({ path }) => path.startsWith(`${name}/`)),
					name,
				),
			}))
		: [{ name: 'default', splits: splitsOfNames(data, undefined) }];
}

/** By the names of shards in `data/`, else of folders, else of files; else everything is `train`. */
function splitsOfNames(files: readonly RepositoryFile[], folder: string | undefined): ConfigFiles['splits'] {
	const kind = ofOneKind(files);
	const inside = (path: string) => (folder ? path.slice(folder.length + 1) : path);
	const rules: readonly ((path: string) => string | null)[] = [
		path => /^data\/(\w[\w.]*)-\d{5}-of-\d{5,}[^/]*$/.exec(path)?.[1] ?? null,
		path =>
			path
				.split('/')
				.slice(0, -1)
				.map(splitOfName)
				.find(split => split !== null) ?? null,
		path => splitOfName(path.split('/').at(-1) ?? ''),
	];
	for (const rule of rules) {
		const splits = new Map<string, RepositoryFile[]>();
		for (const file of kind) {
			const split = rule(inside(file.path));
			if (split !== null) {
				splits.set(split, [...(splits.get(split) ?? []), file]);
			}
		}
		if (splits.size > 0) {
			return [...splits].map(([name, files]) => ({ name, files }));
		}
	}
	return kind.length > 0 ? [{ name: 'train', files: kind }] : [];
}

function splitOfName(name: string): string | null {
	const words = name.toLowerCase().split(/[-._ 0-9]+/);
	for (const [split, names] of Object.entries(splitWords)) {
		if (names.some(word => words.includes(word))) {
			return split;
		}
	}
	return null;
}

/** A data set is of one format: that of most files, where there are several. */
function ofOneKind(files: readonly RepositoryFile[]): RepositoryFile[] {
	const counts = new Map<string, number>();
	const kindOf = ({ path }: RepositoryFile) => dataExtension(path)?.replace(/\.gz$/, '') ?? '';
	for (const file of files) {
		counts.set(kindOf(file), (counts.get(kindOf(file)) ?? 0) + 1);
	}
	const [most] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
	return files.filter(file => kindOf(file) === most);
}
