import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../test/servers/eventually';
import { areInstalled } from '../../test/servers/installed';
import { launcherSuite, llamaTest, requestOf } from '../../test/servers/launcherSuite';
import { askSmallServer, smallServer } from '../../test/servers/smallServer';
import { type SshServer, startSshServer } from '../../test/servers/sshServer';
import { temporaryFolders } from '../../test/temporaryFolder';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { freePort } from './freePort';
import { sshLauncher } from './ssh';

describe.skipIf(process.platform !== 'linux' || !areInstalled('ssh', 'sshd'))(
	'a command on a computer behind ssh',
	() => {
		const temporary = temporaryFolders(afterAll);
		let server: SshServer;
		const launcher = () => sshLauncher({ env: server.env });
		const launch = (command: string, port: number, host = 'testhost') =>
			({ kind: 'ssh', host, command, port }) as const;
		const request = async (host = 'testhost') => requestOf<'ssh'>(launch(smallServer(), await freePort(), host));

		beforeAll(async () => {
			server = await startSshServer(temporary());
			// Whatever a login says is not ours.
			writeFileSync(path.join(server.home, '.bashrc'), 'echo welcome; echo "log"; echo "exit 3"\n');
		});
		afterAll(() => server?.stop());

		launcherSuite({ launcher, launch, choosesPort: true });
		llamaTest({ launcher, launch, choosesPort: true });

		test('works through a host in between', async () => {
			const asked = await request('behind');
			const job = await launcher().start(asked, neverCancelled);
			try {
				await eventually(
					() => launcher().status(job, neverCancelled),
					({ state }) => state === 'running',
				);
				const reached = await launcher().reach(job, neverCancelled);
				expect((await askSmallServer(reached.url)).model).toBe(asked.model.id);
				reached.dispose();
			} finally {
				await launcher().stop(job);
			}
			expect(existsSync(path.join(server.home, '.cache', 'eval-lens', 'jobs', asked.label, 'exit'))).toBe(true);
		});

		test.each([
			['stranger', 'launch.ssh.unknown-key'],
			['changed', 'launch.ssh.changed-key'],
			['locked', 'launch.ssh.refused'],
			['nowhere', 'launch.ssh.unreachable'],
			['host.invalid', 'launch.ssh.no-host'],
			['-oProxyCommand=id', 'launch.ssh.no-host'],
		])('says what to do about the host %s', async (host, code) => {
			await expect(launcher().start(await request(host), neverCancelled)).rejects.toMatchObject({ reason: { code } });
			const job = { host, label: 'none', port: 1, folder: '/nowhere' };
			await expect(launcher().reach(job, neverCancelled)).rejects.toMatchObject({ reason: { code } });
			await expect(launcher().stop(job)).rejects.toMatchObject({ reason: { code } });
		});

		test('a connection that breaks is opened anew, on the same port; the job goes on', async () => {
			const job = await launcher().start(await request(), neverCancelled);
			try {
				await eventually(
					() => launcher().status(job, neverCancelled),
					({ state }) => state === 'running',
				);
				const reached = await launcher().reach(job, neverCancelled);
				const before = await askSmallServer(reached.url);
				await server.stop();
				await expect(launcher().status(job, neverCancelled)).rejects.toMatchObject({
					reason: { code: 'launch.ssh.unreachable' },
				});
				await expect(launcher().stop(job)).rejects.toMatchObject({ reason: { code: 'launch.ssh.unreachable' } });
				await server.start();
				const after = await eventually(() => askSmallServer(reached.url).catch(() => null), Boolean);
				expect(after).toEqual(before);
				reached.dispose();
				await eventually(
					() => isOpen(reached.url),
					open => !open,
					5,
				);
			} finally {
				await server.start();
				await launcher().stop(job);
			}
		});

		test('uses a connection that is shared, and leaves no port forwarded there', async () => {
			const socket = path.join(temporary(), 'shared');
			server.configure(['ControlMaster auto', 'ControlPersist 30', `ControlPath ${socket}`]);
			const job = await launcher().start(await request(), neverCancelled);
			try {
				expect(existsSync(socket)).toBe(true);
				await eventually(
					() => launcher().status(job, neverCancelled),
					({ state }) => state === 'running',
				);
				const reached = await launcher().reach(job, neverCancelled);
				await askSmallServer(reached.url);
				expect(await isOpen(reached.url)).toBe(true);
				reached.dispose();
				// What was asked before may keep its connection; there is no new one.
				await eventually(
					() => isOpen(reached.url),
					open => !open,
					5,
				);
			} finally {
				await launcher().stop(job);
				server.configure([]);
			}
		});

		test('gives up within a second when cancelled', async () => {
			// Nobody answers there: connecting takes until the time limit.
			server.configure(['Host slow', '	ProxyCommand sleep 100']);
			const source = new CancellationSource();
			const starting = launcher().start(await request('slow'), source.token);
			await setTimeout(300);
			const since = Date.now();
			source.cancel();
			await expect(starting).rejects.toBeInstanceOf(Cancelled);
			expect(Date.now() - since).toBeLessThan(1000);
			server.configure([]);
		});

		test('says so where a host forwards nothing', async () => {
			const closed = await startSshServer(temporary(), { config: ['AllowTcpForwarding no'] });
			try {
				const job = { host: 'testhost', label: 'none', port: 1, folder: '/nowhere' };
				await expect(sshLauncher({ env: closed.env }).reach(job, neverCancelled)).rejects.toMatchObject({
					reason: { code: 'launch.ssh.no-forwarding' },
				});
			} finally {
				await closed.stop();
			}
		});

		test('does not take a job of another computer for one that ended', async () => {
			const asked = await request();
			const job = await launcher().start(asked, neverCancelled);
			await launcher().stop(job);
			// As a login node shows it whose neighbour runs it.
			rmSync(path.join(job.folder, 'exit'));
			writeFileSync(path.join(job.folder, 'host'), 'login2\n');
			await expect(launcher().status(job, neverCancelled)).rejects.toMatchObject({
				kind: 'input',
				reason: { code: 'launch.elsewhere', params: { there: 'login2' } },
			});
			await expect(launcher().stop(job)).rejects.toMatchObject({ reason: { code: 'launch.elsewhere' } });
		});

		test('says so where there is no ssh', async () => {
			await expect(
				sshLauncher({ env: { PATH: '/nowhere' } }).start(await request(), neverCancelled),
			).rejects.toMatchObject({
				reason: { code: 'launch.not-found', params: { command: 'ssh' } },
			});
		});

		test('takes nothing of this environment over there', async () => {
			const secret = 'hf_neverOverThere';
			const asked = await request();
			const far = sshLauncher({ env: { ...server.env, HF_TOKEN: secret } });
			const job = await far.start(asked, neverCancelled);
			try {
				await eventually(
					() => far.status(job, neverCancelled),
					({ state }) => state === 'running',
				);
				const reached = await far.reach(job, neverCancelled);
				const { processes } = await askSmallServer(reached.url);
				reached.dispose();
				const texts = [
					...processes.map(pid => readFileSync(`/proc/${pid}/environ`, 'utf8')),
					...readdirSync(job.folder).map(name => readFileSync(path.join(job.folder, name), 'utf8')),
				];
				expect(texts.some(text => text.includes(asked.model.revision))).toBe(true);
				expect(texts.filter(text => text.includes(secret))).toEqual([]);
			} finally {
				await far.stop(job);
			}
		});
	},
);

/** Whether a new connection is taken. */
function isOpen(url: string): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(Number(new URL(url).port), '127.0.0.1');
		socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
		socket.on('connect', () => socket.destroy());
	});
}
