import { withSignal } from '../hub/abort';
import type { CancellationToken } from '../protocol/cancellation';
import type { Reached } from './contract';

/** For one look, in milliseconds. */
const patience = 5000;

/** Whether the server is up and has its model loaded: it lists it, and is not busy loading it (503). */
export async function isAnswering(reached: Reached, token: CancellationToken): Promise<boolean> {
	return withSignal(token, async signal => {
		for (const path of ['/v1/models', '/health']) {
			if (!(await isWell(reached, path, signal))) {
				return false;
			}
		}
		return true;
	});
}

/** A path that the server does not have says nothing against it; that it wants a key, the run will tell. */
async function isWell({ url, headers }: Reached, path: string, signal: AbortSignal): Promise<boolean> {
	try {
		const response = await fetch(`${url}${path}`, {
			headers: await headers(),
			redirect: 'manual',
			signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
		});
		await response.body?.cancel();
		return response.ok || [401, 403, 404, 405].includes(response.status);
	} catch {
		signal.throwIfAborted();
		return false;
	}
}
