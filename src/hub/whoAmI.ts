import * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import { withSignal } from './abort';
import type { Hub } from './hub';
import { hubJson } from './hubJson';
import { plainText } from './plainText';

const answer = z.object({ name: z.string().transform(name => plainText(name, 100)) });

/**
 * The account that the token belongs to. The Hub limits this request strictly: keep the answer.
 * @throws Failure `hub.bad-token` where the token is not accepted, `hub.not-signed-in` where there is none.
 */
export async function whoAmI(hub: Hub, token: CancellationToken): Promise<{ readonly name: string }> {
	return (await withSignal(token, signal => hubJson(hub, `${hub.endpoint}/api/whoami-v2`, answer, signal))).value;
}
