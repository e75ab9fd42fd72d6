import path from 'node:path';
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

export async function askSmallServer(url: string): Promise<z.output<typeof answer>> {
	return answer.parse(await (await fetch(`${url}/hello`)).json());
}
