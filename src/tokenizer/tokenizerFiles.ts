import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputFailure } from '../protocol/failure';

/** What a model folder says about its tokenizer, parsed but not yet understood. */
export interface TokenizerFiles {
	/** tokenizer.json. */
	readonly definition: Readonly<Record<string, unknown>>;
	/** tokenizer_config.json over special_tokens_map.json; empty where neither is there. */
	readonly config: Readonly<Record<string, unknown>>;
	/** chat_template.jinja; null where it is not there. */
	readonly chatTemplate: string | null;
	/** Over the names, lengths and bytes of those of the files that are there. */
	readonly sha256: string;
}

/** The files that decide how text becomes ids, in the order in which they are hashed. */
const fileNames = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'] as const;

/** Newer exports write the chat template here, and no longer into tokenizer_config.json. */
const chatTemplateName = 'chat_template.jinja';

export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
	const hash = createHash('sha256');
	const parsed: Record<string, unknown>[] = [];
	for (const name of fileNames) {
		const bytes = await readIfThere(path.join(folder, name));
		if (bytes) {
			hash.update(`${name}\0${bytes.length}\0`).update(bytes);
		} else if (name === 'tokenizer.json') {
			throw inputFailure('tokenizer.missing', { folder, found: await listing(folder) });
		}
		parsed.push(bytes ? parseObject(path.join(folder, name), bytes) : {});
	}
	const chatTemplate = await readIfThere(path.join(folder, chatTemplateName));
	if (chatTemplate) {
		hash.update(`${chatTemplateName}\0${chatTemplate.length}\0`).update(chatTemplate);
	}
	const [definition = {}, config = {}, specialTokens = {}] = parsed;
	return {
		definition,
		config: { ...specialTokens, ...config },
		chatTemplate: chatTemplate?.toString('utf8') ?? null,
		sha256: hash.digest('hex'),
	};
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
	try {
		return await readFile(file);
	} catch (error) {
		// Node's file system throws errors that carry a code.
		const code = (error as NodeJS.ErrnoException).code ?? String(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') {
			return undefined;
		}
		throw inputFailure('tokenizer.not-readable', { file, code }, error);
	}
}

async function listing(folder: string): Promise<string> {
	const names = await readdir(folder).catch((): string[] => []);
	return names.sort().slice(0, 12).join(', ') || '–';
}

function parseObject(file: string, bytes: Buffer): Record<string, unknown> {
	let value: unknown;
	try {
		value = JSON.parse(bytes.toString('utf8'));
	} catch (error) {
		throw inputFailure('tokenizer.not-json', { file, reason: error instanceof Error ? error.message : '' }, error);
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw inputFailure('tokenizer.not-json', { file, reason: 'not an object' });
	}
	// An object by the test above; its members stay unknown until looked at.
	return value as Record<string, unknown>;
}
