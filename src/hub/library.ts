import * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import { runFailure } from '../protocol/failure';
import { withSignal } from './abort';
import type { Hub } from './hub';
import { checked, hubJson } from './hubJson';

/** For a function of @huggingface/hub; without `accessToken`, as hub.fetch signs in. */
export type LibraryAccess = Readonly<{ hubUrl: string; fetch: typeof fetch }>;

/** The largest listings are those of datasets in very many parts; what is longer is no dataset to evaluate on. */
const maximumPages = 200;

/**
 * What a reading function of @huggingface/hub brings, with its shape checked, as the library takes answers as they come.
 * @throws Failure as hubJson does; never an error of the library.
 */
export async function askLibrary<T>(
	hub: Hub,
	call: (access: LibraryAccess) => Promise<unknown>,
	schema: z.ZodType<T>,
	token: CancellationToken,
): Promise<T> {
	const { endpoint: hubUrl } = hub;
	let pages = 0;
	const ask = async (asked: string, signal: AbortSignal) => {
		// Mirrors pass on the Hub's own address for the next page, and no answer shall lead to another server.
		const url = asked.startsWith(`${hubUrl}/`) ? asked : asked.replace(/^https?:..[^/]*/, () => hubUrl);
		const { value, headers } = await hubJson(hub, url, z.unknown(), signal);
		if (++pages > maximumPages) {
			throw runFailure('hub.too-large', { host: new URL(url).host });
		}
		return Response.json(value, { headers: { Link: headers.get('Link') ?? '' } });
	};
	const answer = await withSignal(token, signal => call({ hubUrl, fetch: url => ask(String(url), signal) })).catch(
		error => {
			// The library stumbles over some of the shapes that the check refuses.
			if (error instanceof TypeError) {
				return null;
			}
			throw error;
		},
	);
	return checked(answer, schema, hubUrl);
}
