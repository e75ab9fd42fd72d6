import { CancellationSource, type CancellationToken } from '../protocol/cancellation';

/** Does work that Ctrl-C, or a polite end of the process, cancels. */
export async function interruptible<T>(work: (token: CancellationToken) => Promise<T>): Promise<T> {
	const source = new CancellationSource();
	const cancel = () => source.cancel();
	process.once('SIGINT', cancel);
	process.once('SIGTERM', cancel);
	try {
		return await work(source.token);
	} finally {
		process.removeListener('SIGINT', cancel);
		process.removeListener('SIGTERM', cancel);
	}
}
