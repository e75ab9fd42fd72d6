import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { EngineSetting } from '../engine/contract';
import type { GenerateRequest, GenerateResult, LoglikelihoodRequest, LoglikelihoodResult } from '../engine/requests';
import { canonicalJson, logprobFromJson } from '../protocol/json';

/** Raised when a result of this build may differ from an older one for the same key. */
const cacheFormat = 3;

/** Results by what they depend on: token ids, how they are cut, the model's files and the engine's settings. */
export interface ResponseCache {
	readonly loglikelihood: Responses<LoglikelihoodRequest, LoglikelihoodResult>;
	readonly generate: Responses<GenerateRequest, GenerateResult>;
	close(): Promise<void>;
}

/** Of one kind of request. */
export interface Responses<Q, R> {
	get(request: Q): R | undefined;
	put(request: Q, result: R): Promise<void>;
}

const nothing: Responses<unknown, never> = { get: () => undefined, put: async () => {} };

export const noCache: ResponseCache = { loglikelihood: nothing, generate: nothing, close: async () => {} };

interface Entry {
	readonly key: string;
	readonly result: LoglikelihoodResult | GenerateResult;
	/** Over key and result: an entry that was damaged is not believed, but computed anew. */
	readonly check: string;
}

/**
 * Opens the cache of one model under one engine setting, an append-only JSONL file shared by the runs of a folder.
 * Rejects with the operating system's error where the folder may not be written.
 */
export async function openResponseCache(
	folder: string,
	info: EngineSetting,
	tokenizerSha256: string,
): Promise<ResponseCache> {
	const setting = sha256(
		canonicalJson({
			format: cacheFormat,
			files: info.files.map(file => file.sha256),
			engine: [info.name, info.version],
			device: info.device,
			dtype: info.dtype,
			chunking: info.chunking,
			// They decide what is written, though not what is scored.
			endOfText: info.endOfText,
			tokenizer: tokenizerSha256,
		}),
	);
	await mkdir(folder, { recursive: true });
	const file = path.join(folder, `${setting.slice(0, 16)}.jsonl`);
	const known = await readEntries(file);
	// Two runs may share the file. The line end stands before an entry, so that one torn by a crash ends there.
	const handle = await open(file, 'a');
	let writable = true;
	const append = async (entry: Entry) => {
		if (!writable) {
			return;
		}
		try {
			await handle.appendFile(`\n${JSON.stringify(entry)}`);
		} catch {
			// A full disk: the cache is worth time, not the run.
			writable = false;
		}
	};
	function responses<Q, R extends Entry['result']>(keyOf: (request: Q) => string): Responses<Q, R> {
		return {
			// A key is made of its kind: what stands under it is a result of that kind.
			get: request => known.get(keyOf(request)) as R | undefined,
			async put(request, result) {
				const key = keyOf(request);
				known.set(key, result);
				await append({ key, result, check: checkOf(key, result) });
			},
		};
	}
	// Elsewhere it follows from what else is in the run, and is worth no more than the last bits.
	const cutAt = (prefix: number) => (info.chunking === 'fixed' ? prefix : null);
	return {
		loglikelihood: responses(({ prefix, context, continuations }) =>
			digest(['score', cutAt(prefix), context, continuations]),
		),
		generate: responses(({ prefix, context, maxTokens, until }) =>
			digest(['generate', cutAt(prefix), context, maxTokens, until]),
		),
		close: () => handle.close(),
	};
}

async function readEntries(file: string): Promise<Map<string, Entry['result']>> {
	const text = await readFile(file, 'utf8').catch(() => '');
	const entries = new Map<string, Entry['result']>();
	for (const line of text.split('\n')) {
		const entry = parseEntry(line);
		if (entry) {
			entries.set(entry.key, entry.result);
		}
	}
	return entries;
}

function parseEntry(line: string): Entry | null {
	try {
		// Its check says that we wrote it, as it is: the shape need not be looked at again.
		const entry = JSON.parse(line) as Entry;
		return entry.check === checkOf(entry.key, entry.result) ? { ...entry, result: withInfinities(entry.result) } : null;
	} catch {
		return null;
	}
}

function withInfinities(result: Entry['result']): Entry['result'] {
	return 'tokens' in result
		? { ...result, logprobs: result.logprobs.map(logprobFromJson) }
		: {
				...result,
				continuations: result.continuations.map(one => ({ ...one, logprob: logprobFromJson(one.logprob) })),
			};
}

function digest(request: readonly unknown[]): string {
	return sha256(JSON.stringify(request)).slice(0, 32);
}

function checkOf(key: string, result: Entry['result']): string {
	return sha256(key + JSON.stringify(result)).slice(0, 8);
}

function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
