import * as z from 'zod';
import { withSignal } from '../../hub/abort';
import { type CancellationToken, throwIfCancelled } from '../../protocol/cancellation';
import { Failure, inputFailure, runFailure } from '../../protocol/failure';

/** Where the maker of ONNX Runtime publishes its libraries, and what its own install step downloads there. */
export const registryIndex = 'https://api.nuget.org/v3/index.json';
export const packageName = 'Microsoft.ML.OnnxRuntime.Gpu.Linux';

/** A published package: where it is and what it must be. */
export interface PublishedPackage {
	readonly name: string;
	readonly version: string;
	readonly url: string;
	/** Bytes. */
	readonly size: number;
	/** Base64. */
	readonly sha512: string;
}

export interface Registry {
	readonly index: string;
	readonly fetch: typeof fetch;
}

const serviceIndex = z.object({ resources: z.array(z.object({ '@id': z.string(), '@type': z.string() })) });
const registrationLeaf = z.object({ catalogEntry: z.string(), packageContent: z.string() });
const catalogLeaf = z.object({
	packageHash: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
	packageHashAlgorithm: z.literal('SHA512'),
	packageSize: z.number().int().positive(),
});

/** Answers are small; whoever sends more is no such registry. */
const longestAnswer = 4 * 2 ** 20;
const answersWithin = 30_000;

/**
 * Looks a package up in a NuGet registry, by its protocol of version 3: the service index names the registrations, a
 * version's registration leaf names its content and its catalog entry, which has size and checksum
 * (learn.microsoft.com/nuget/api: registration-base-url-resource, catalog-resource).
 */
export async function publishedPackage(
	registry: Registry,
	name: string,
	version: string,
	token: CancellationToken,
): Promise<PublishedPackage> {
	const { resources } = await answer(registry, registry.index, serviceIndex, token);
	const base = registrations.map(type => resources.find(one => one['@type'] === type)?.['@id']).find(Boolean);
	if (base === undefined) {
		throw runFailure('cuda.foreign-answer', { host: hostOf(registry.index), what: 'RegistrationsBaseUrl' });
	}
	const leafUrl = `${base.replace(/\/?$/, '/')}${name.toLowerCase()}/${version.toLowerCase()}.json`;
	const leaf = await answer(registry, leafUrl, registrationLeaf, token);
	const { packageSize, packageHash } = await answer(registry, leaf.catalogEntry, catalogLeaf, token);
	checkAddress(registry, leaf.packageContent);
	return { name, version, url: leaf.packageContent, size: packageSize, sha512: packageHash };
}

/** Newest first: the later hives hold what the earlier ones do. */
const registrations = ['RegistrationsBaseUrl/3.6.0', 'RegistrationsBaseUrl/3.4.0', 'RegistrationsBaseUrl'];

async function answer<T>(registry: Registry, url: string, shape: z.ZodType<T>, token: CancellationToken): Promise<T> {
	checkAddress(registry, url);
	const host = hostOf(url);
	try {
		const text = await withSignal(token, async signal => {
			const response = await registry.fetch(url, {
				signal: AbortSignal.any([signal, AbortSignal.timeout(answersWithin)]),
			});
			if (!response.ok) {
				await response.body?.cancel();
				throw runFailure('cuda.refused', { host, status: response.status, what: url });
			}
			return bounded(response);
		});
		const parsed = text === null ? null : shape.safeParse(JSON.parse(text));
		if (!parsed?.success) {
			throw runFailure('cuda.foreign-answer', { host, what: url });
		}
		return parsed.data;
	} catch (error) {
		throwIfCancelled(token);
		if (error instanceof Failure) {
			throw error;
		}
		throw error instanceof SyntaxError
			? runFailure('cuda.foreign-answer', { host, what: url }, error)
			: runFailure('cuda.unreachable', { host, reason: reasonOf(error) }, error);
	}
}

async function bounded(response: Response): Promise<string | null> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of chunksOf(response)) {
		length += chunk.length;
		if (length > longestAnswer) {
			return null;
		}
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** The bytes of a body as they arrive; who stops reading ends the connection. */
export async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
	const reader = body?.getReader();
	try {
		for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
			yield next.value;
		}
	} finally {
		await reader?.cancel().catch(() => {});
	}
}

/** What an answer names is fetched as safely as the answer was. */
function checkAddress({ index }: Registry, url: string): void {
	if (!URL.canParse(url) || (new URL(url).protocol !== 'https:' && new URL(index).protocol === 'https:')) {
		throw inputFailure('cuda.not-https', { address: url });
	}
}

export function hostOf(url: string): string {
	return URL.canParse(url) ? new URL(url).host : url;
}

/** The code of what Node's fetch gives as the cause of its `fetch failed`, such as ENOTFOUND. */
export function reasonOf(error: unknown): string {
	const cause = error instanceof Error ? error.cause : undefined;
	const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
	return typeof code === 'string' ? code : error instanceof Error ? error.message : String(error);
}
