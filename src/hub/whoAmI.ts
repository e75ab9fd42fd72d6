import { whoAmI as libraryWhoAmI } from '@huggingface/hub';
import * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import type { Hub } from './hub';
import { askLibrary } from './library';
import { plainText } from './plainText';

const answer = z.object({ name: z.string().transform(name => plainText(name, 100)) });

/**
 * The account that the token belongs to. The Hub limits this request strictly: keep the answer.
 * @throws Failure `hub.bad-token` where the token is not accepted, `hub.not-signed-in` where there is none.
 */
export async function whoAmI(hub: Hub, token: CancellationToken): Promise<{ readonly name: string }> {
	// The type wants an access token, but hub.fetch has it.
	const { name } = await askLibrary(hub, access => libraryWhoAmI({ ...access, accessToken: '' }), answer, token);
	return { name };
}
