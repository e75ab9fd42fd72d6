import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../test/paths';
import { eventually } from '../../test/servers/eventually';
import { areInstalled } from '../../test/servers/installed';
import { requestOf } from '../../test/servers/launcherSuite';
import { askSmallServer, smallServer } from '../../test/servers/smallServer';
import { type SshServer, startSshServer } from '../../test/servers/sshServer';
import { temporaryFolders } from '../../test/temporaryFolder';
import { neverCancelled } from '../protocol/cancellation';
import { freePort } from './freePort';
import { sshLauncher } from './ssh';

/** A program that starts a job, opens the way to it, follows its log, and goes on until it is killed. */
const host = `
import { sshLauncher } from './src/launch/ssh';
import { neverCancelled } from './src/protocol/cancellation';
const launcher = sshLauncher();
const job = await launcher.start(JSON.parse(process.argv[2]), neverCancelled);
while ((await launcher.status(job, neverCancelled)).state !== 'running') {}
const { url } = await launcher.reach(job, neverCancelled);
console.log('reached ' + url);
await launcher.logs(job, line => console.log(line), neverCancelled);
`;

describe.skipIf(process.platform !== 'linux' || !areInstalled('ssh', 'sshd'))('a host that is killed', () => {
	const temporary = temporaryFolders(afterAll);
	let server: SshServer;
	let program: string;

	beforeAll(async () => {
		server = await startSshServer(temporary());
		program = path.join(temporary(), 'host.mjs');
		await build({
			stdin: { contents: host, resolveDir: root, loader: 'ts' },
			bundle: true,
			platform: 'node',
			format: 'esm',
			outfile: program,
			logLevel: 'error',
		});
	});
	afterAll(() => server?.stop());

	test('leaves its job, which is found again, and nothing else', async () => {
		const port = await freePort();
		const asked = requestOf<'ssh'>({ kind: 'ssh', host: 'testhost', command: smallServer(), port });
		const launcher = sshLauncher({ env: server.env });
		const child = spawn(process.execPath, [program, JSON.stringify(asked)], {
			env: server.env,
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		try {
			const url = await lineOf(child, /^reached (.*)$/);
			await askSmallServer(url);
			// The log is followed over there.
			await lineOf(child, /^asked for/);
			// The tunnel and the log; on the other side a shell for each, and what waits for the end of its input.
			expect(connections(server).length).toBeGreaterThanOrEqual(4);
			child.kill('SIGKILL');
			await once(child, 'exit');
			await eventually(
				() => connections(server),
				left => left.length === 0,
				10,
			);
			await expect(askSmallServer(url)).rejects.toThrow();
			const job = await launcher.find(asked, neverCancelled);
			expect(job && (await launcher.status(job, neverCancelled)).state).toBe('running');
		} finally {
			child.kill('SIGKILL');
			const job = await launcher.find(asked, neverCancelled);
			if (job) {
				await launcher.stop(job);
			}
		}
	});
});

/** What matched first in a line of its output. */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
	if (child.stdout) {
		for await (const line of createInterface(child.stdout)) {
			const found = pattern.exec(line);
			if (found) {
				return found[1] ?? line;
			}
		}
	}
	throw new Error('it ended before');
}

/** The command lines of the ssh processes that use the server’s configuration, and of the shells over there. */
function connections({ home }: SshServer): string[] {
	const client = `-F ${path.dirname(home)}/config`;
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.flatMap(pid => {
			try {
				const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', ' ').trim();
				const line = read('cmdline');
				const isThere = / sh -s$|^sh -s$|^cat$/.test(line) && read('environ').includes(`HOME=${home} `);
				return isThere || line.includes(client) ? [line] : [];
			} catch {
				// Over meanwhile.
				return [];
			}
		});
}
