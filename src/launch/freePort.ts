import { createServer } from 'node:net';

/** A port of this computer that nobody listens on now. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => {
				if (typeof address === 'object' && address) {
					resolve(address.port);
				} else {
					reject(new Error('no port was given'));
				}
			});
		});
	});
}
