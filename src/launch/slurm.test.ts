import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, isThere } from '../../test/servers/eventually';
import { areInstalled } from '../../test/servers/installed';
import { type LauncherUnderTest, launcherSuite, llamaTest, requestOf } from '../../test/servers/launcherSuite';
import { type SlurmCluster, startSlurmCluster } from '../../test/servers/slurmCluster';
import { askSmallServer, smallServer } from '../../test/servers/smallServer';
import { startSshServer } from '../../test/servers/sshServer';
import { temporaryFolders } from '../../test/temporaryFolder';
import type { Launch } from '../config/launch';
import { neverCancelled } from '../protocol/cancellation';
import { messageText } from '../protocol/messages';
import { type SlurmJob, slurmLauncher } from './slurm';

type SlurmLaunch = Extract<Launch, { kind: 'slurm' }>;

const isRoot = process.getuid?.() === 0;
if (!isRoot) {
	console.warn('skipped: a cluster of Slurm starts as root only');
}
const isPossible = isRoot && areInstalled('sbatch', 'slurmctld', 'slurmd');

describe.skipIf(!isPossible)('a job of a Slurm cluster', () => {
	const temporary = temporaryFolders(afterAll);
	let cluster: SlurmCluster;
	let overdue: SlurmJob;
	const launcher = () => slurmLauncher({ env: cluster.env });
	const launch = (command: string, how: Partial<SlurmLaunch> = {}): SlurmLaunch => ({
		kind: 'slurm',
		host: null,
		partition: null,
		gres: null,
		time: '10',
		command,
		...how,
	});
	const start = (command: string, how: Partial<SlurmLaunch> = {}) =>
		launcher().start(requestOf<'slurm'>(launch(command, how)), neverCancelled);
	const status = (job: SlurmJob) => launcher().status(job, neverCancelled);
	const text = async (job: SlurmJob) => {
		const { detail } = await status(job);
		return detail ? messageText(detail) : '';
	};
	const until = (job: SlurmJob, wanted: string, seconds = 30) =>
		eventually(
			() => status(job),
			({ state }) => state === wanted,
			seconds,
		);

	beforeAll(async () => {
		cluster = await startSlurmCluster(temporary());
		// Slurm counts in minutes: it is looked at in the last test.
		overdue = await start(smallServer(), { time: '1' });
	});
	afterAll(() => cluster?.stop());

	const underTest: LauncherUnderTest<'slurm', SlurmJob> = {
		launcher,
		launch: command => launch(command),
		choosesPort: false,
	};
	launcherSuite(underTest);
	llamaTest(underTest);

	test('knows how long a job lasts at most', async () => {
		const asked = requestOf<'slurm'>(launch('true', { time: '1-02:03' }));
		expect(await launcher().estimate(asked, neverCancelled)).toEqual({
			maximalCost: null,
			longest: 93_780,
			speed: null,
		});
	});

	test('two jobs on one node have different ports, and what they ask for', async () => {
		const jobs = await Promise.all([1, 2].map(() => start(smallServer(), { gres: 'gpu:1', partition: 'debug' })));
		try {
			await Promise.all(jobs.map(job => until(job, 'running')));
			const reached = await Promise.all(jobs.map(job => launcher().reach(job, neverCancelled)));
			const answers = await Promise.all(reached.map(({ url }) => askSmallServer(url)));
			expect(new Set(reached.map(({ url }) => url)).size).toBe(2);
			expect(new Set(answers.map(({ processes }) => processes[0])).size).toBe(2);
			// A third one waits for a card, and says so.
			const third = await start(smallServer(), { gres: 'gpu:1' });
			await eventually(
				() => text(third),
				detail => detail.includes('Resources') || detail.includes('Priority'),
			);
			expect((await status(third)).state).toBe('queued');
			await expect(launcher().reach(third, neverCancelled)).rejects.toMatchObject({
				reason: { code: 'launch.slurm.not-running' },
			});
			await launcher().stop(third);
			expect(await status(third)).toMatchObject({ state: 'ended' });
			expect(await text(third)).toContain('cancelled');
		} finally {
			await Promise.all(jobs.map(job => launcher().stop(job)));
		}
	});

	test('tells of a job that somebody else cancelled', async () => {
		const job = await start(smallServer());
		await until(job, 'running');
		cluster.run('scancel', job.id);
		await until(job, 'ended');
		expect(await text(job)).toContain('cancelled');
	});

	test('what Slurm does not take never was', async () => {
		const asked = requestOf<'slurm'>(launch(smallServer(), { partition: 'nonsense' }));
		await expect(launcher().start(asked, neverCancelled)).rejects.toMatchObject({
			kind: 'input',
			reason: { code: 'launch.slurm.refused', params: { reason: expect.stringContaining('nonsense') } },
		});
		expect(await launcher().find(asked, neverCancelled)).toBeNull();
	});

	test('says so where there is no Slurm', async () => {
		// What scripts need, and no more.
		const env = { ...cluster.env, PATH: temporary() };
		for (const name of ['sh', 'mkdir', 'cat', 'rm', 'find']) {
			symlinkSync(`/bin/${name}`, `${env.PATH}/${name}`);
		}
		const asked = requestOf<'slurm'>(launch('true'));
		await expect(slurmLauncher({ env }).start(asked, neverCancelled)).rejects.toMatchObject({
			kind: 'input',
			reason: { code: 'launch.slurm.missing' },
		});
		expect(await slurmLauncher({ env }).find(asked, neverCancelled)).toBeNull();
	});

	test('finds by its name a job whose number was not written down', async () => {
		const asked = requestOf<'slurm'>(launch(smallServer(), { gres: 'gpu:2' }));
		const before = await start(smallServer(), { gres: 'gpu:1' });
		const job = await launcher().start(asked, neverCancelled);
		try {
			rmSync(`${job.folder}/id`);
			expect(await launcher().find(asked, neverCancelled)).toEqual(job);
		} finally {
			await Promise.all([before, job].map(one => launcher().stop(one)));
		}
	});

	test('a job that Slurm has forgotten is told by what it wrote', async () => {
		const job = await start(smallServer('exit', '3'));
		await until(job, 'ended');
		const forgotten = { ...job, id: '999999' };
		expect(await status(forgotten)).toMatchObject({ state: 'ended' });
		expect(await text(forgotten)).toContain('exit code 3');
		await launcher().stop(forgotten);
		expect(await status({ ...forgotten, label: 'unknown' })).toMatchObject({ state: 'lost' });
	});

	test('through ssh: the host’s sbatch, and a tunnel to the node', async () => {
		const server = await startSshServer(temporary(), { environment: { SLURM_CONF: `${cluster.env.SLURM_CONF}` } });
		const far = slurmLauncher({ env: server.env });
		const asked = requestOf<'slurm'>(launch(smallServer(), { host: server.host }));
		try {
			const job = await far.start(asked, neverCancelled);
			expect(job.folder.startsWith(server.home)).toBe(true);
			await eventually(
				() => far.status(job, neverCancelled),
				({ state }) => state === 'running',
			);
			const reached = await far.reach(job, neverCancelled);
			const { model, processes } = await askSmallServer(reached.url);
			reached.dispose();
			expect(model).toBe(asked.model.id);
			expect(await far.find(asked, neverCancelled)).toEqual(job);
			await far.stop(job);
			expect(await Promise.all(processes.map(isThere))).toEqual([false]);
		} finally {
			await server.stop();
		}
		await expect(far.find(asked, neverCancelled)).rejects.toMatchObject({
			reason: { code: 'launch.ssh.unreachable' },
		});
	});

	test('says so when Slurm cannot be asked', async () => {
		const job = await start(smallServer());
		await until(job, 'running');
		// No longer than the controller is waited for.
		const env = { ...cluster.env, SLURM_CONF: cluster.deafConfig };
		await expect(slurmLauncher({ env }).status(job, neverCancelled)).rejects.toMatchObject({
			reason: { code: 'launch.slurm.unreachable' },
		});
		await launcher().stop(job);
	});

	test('reaches a server on another node, by its name', async () => {
		const server = await startSshServer(temporary(), { environment: cluster.variables });
		const env = { ...cluster.env, PATH: server.env.PATH };
		const both = slurmLauncher({ env });
		const job = await start(smallServer());
		try {
			await until(job, 'running');
			// As if the job ran on a node with this name; ssh leads to this very computer.
			const where = readFileSync(`${job.folder}/where`, 'utf8').split(' ')[0];
			writeFileSync(`${job.folder}/where`, `${where} elsewhere localhost\n`);
			const direct = await both.reach(job, neverCancelled);
			expect((await askSmallServer(direct.url)).processes).toHaveLength(1);
			direct.dispose();
			// The host in between would have to reach a port that only the node itself can.
			const behind = { ...job, host: server.host };
			await expect(both.reach(behind, neverCancelled)).rejects.toMatchObject({
				reason: { code: 'launch.slurm.loopback' },
			});
			writeFileSync(`${job.folder}/listening`, '');
			const through = await both.reach(behind, neverCancelled);
			expect((await askSmallServer(through.url)).processes).toHaveLength(1);
			through.dispose();
		} finally {
			await launcher().stop(job);
			await server.stop();
		}
	});

	test('tells of a job that reached its time limit', async () => {
		await until(overdue, 'ended', 150);
		// Slurm says why once it has cleaned up behind the job.
		await eventually(
			() => text(overdue),
			told => told.includes('time limit'),
			30,
		);
		// It was given the time to write down its own end.
		expect(existsSync(`${overdue.folder}/exit`)).toBe(true);
		expect(readFileSync(`${overdue.folder}/exit`, 'utf8')).toBe('143\n');
	}, 180_000);
});
