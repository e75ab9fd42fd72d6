import { get } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { shellQuote } from '../../src/launch/shellQuote';
import { root } from '../paths';

/** What the server of `smallServerProcess.mjs` answers. */
const answer = z.object({ model: z.string(), revision: z.string(), processes: z.array(z.number()) });

/** The command that starts it, with what it is to do. */
export function smallServer(...act: readonly string[]): string {
	return [process.execPath, path.join(root, 'test', 'servers', 'smallServerProcess.mjs'), ...act]
		.map(shellQuote)
		.join(' ');
}

/** Asks by a connection of its own, which is then closed: `fetch` would keep it, and what forwards it. */
export function askSmallServer(url: string): Promise<z.output<typeof answer>> {
	return new Promise((resolve, reject) => {
		const request = get(`${url}/hello`, { agent: false }, response => {
			text(response).then(body => resolve(answer.parse(JSON.parse(body))), reject);
		});
		request.on('error', reject);
	});
}
