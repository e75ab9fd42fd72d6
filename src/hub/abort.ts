import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';

/**
 * Runs work that takes an AbortSignal, such as fetch, under a CancellationToken: the signal is aborted with Cancelled, which
 * is then what the work rejects with. The signal is of no use after the work.
 */
export async function withSignal<T>(token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
	throwIfCancelled(token);
	const controller = new AbortController();
	const listening = token.onCancellationRequested(() => controller.abort(new Cancelled()));
	try {
		return await work(controller.signal);
	} catch (error) {
		throwIfCancelled(token);
		throw error;
	} finally {
		listening.dispose();
	}
}
