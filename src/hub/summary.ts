import * as z from 'zod';
import { isRepositoryId } from './cacheLayout';
import { plainText } from './plainText';
import type { DatasetSummary, Gated, ModelSummary } from './repository';

const count = z.number().nonnegative().catch(0);
const word = z
	.string()
	.transform(text => plainText(text, 200))
	.nullish()
	.catch(null);

/** What lists and information of both kinds of repositories have. Only the id must be right: the rest is shown. */
const common = {
	id: z.string().refine(isRepositoryId),
	downloads: count,
	likes: count,
	lastModified: z.iso.datetime().nullish().catch(null),
	private: z.boolean().catch(false),
	gated: z.enum(['auto', 'manual']).or(z.literal(false)).catch(false),
	tags: z.array(z.unknown()).catch([]).transform(texts),
};

export const datasetEntry = z.object({
	...common,
	description: z
		.string()
		.transform(text => plainText(text, 300))
		.nullish()
		.catch(null),
});

export const modelEntry = z.object({
	...common,
	pipeline_tag: word,
	library_name: word,
	safetensors: z.object({ total: z.number().positive() }).nullish().catch(null),
	gguf: z.object({ total: z.number().positive() }).nullish().catch(null),
});

/** What to ask for with `expand`, so that the entries above are full. */
const commonFields = ['downloads', 'likes', 'lastModified', 'private', 'gated', 'tags'];
export const datasetFields: readonly string[] = [...commonFields, 'description'];
export const modelFields: readonly string[] = [...commonFields, 'pipeline_tag', 'library_name', 'safetensors', 'gguf'];

export function datasetSummary(entry: z.output<typeof datasetEntry>): DatasetSummary {
	return {
		...summary(entry),
		description: entry.description || null,
		tasks: tagged(entry.tags, 'task_categories'),
		languages: tagged(entry.tags, 'language'),
		size: tagged(entry.tags, 'size_categories')[0] ?? null,
	};
}

export function modelSummary(entry: z.output<typeof modelEntry>): ModelSummary {
	return {
		...summary(entry),
		description: null,
		task: entry.pipeline_tag || null,
		library: entry.library_name || null,
		parameters: entry.safetensors?.total ?? entry.gguf?.total ?? null,
		hasOnnx: entry.tags.includes('onnx') || entry.tags.includes('transformers.js'),
	};
}

interface Common {
	readonly id: string;
	readonly downloads: number;
	readonly likes: number;
	readonly lastModified?: string | null | undefined;
	readonly private: boolean;
	readonly gated: Gated;
	readonly tags: readonly string[];
}

function summary({ id, downloads, likes, lastModified, private: isPrivate, gated, tags }: Common) {
	const updated = lastModified ?? null;
	return {
		id,
		downloads,
		likes,
		updated,
		private: isPrivate,
		gated,
		tags,
		license: tagged(tags, 'license')[0] ?? null,
	};
}

/** What follows the prefix in tags such as `language:en`. */
function tagged(tags: readonly string[], prefix: string): string[] {
	return tags.flatMap(tag => (tag.startsWith(`${prefix}:`) ? [tag.slice(prefix.length + 1)] : []));
}

function texts(values: readonly unknown[]): readonly string[] {
	return values.flatMap(value => (typeof value === 'string' ? [plainText(value, 200)] : []));
}
