import { chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../test/servers/eventually';
import { requestOf } from '../../test/servers/launcherSuite';
import { temporaryFolders } from '../../test/temporaryFolder';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { slurmLauncher } from './slurm';

const folder = temporaryFolders();

/** A Slurm whose programs are these scripts of sh; the queue shows nothing where nothing else is said. */
function slurm(programs: Readonly<Record<string, string>>) {
	const home = folder();
	const bin = path.join(home, 'bin');
	mkdirSync(bin);
	for (const [name, script] of Object.entries({ squeue: 'exit 0', ...programs })) {
		writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
		chmodSync(path.join(bin, name), 0o755);
	}
	const env = { ...process.env, HOME: home, PATH: `${bin}:${process.env.PATH}` };
	const launch = { kind: 'slurm', host: null, partition: null, gres: null, time: '1', command: 'true' } as const;
	const asked = requestOf<'slurm'>(launch);
	return { launcher: slurmLauncher({ env }), asked, folder: path.join(home, '.cache/eval-lens/jobs', asked.label) };
}

const hasBegun = (dir: string) => eventually(() => existsSync(path.join(dir, 'job.sh')), Boolean);

// sh, as Windows does not have it.
describe.skipIf(process.platform === 'win32')('a Slurm job whose submission nobody listens to any more', () => {
	test('is waited for while it is under way, and found', async () => {
		const { launcher, asked, folder: own } = slurm({ sbatch: 'sleep 2; echo 41' });
		// As over ssh, where the submission goes on when the connection was cut.
		const started = launcher.start(asked, neverCancelled);
		await hasBegun(own);
		expect(await launcher.find(asked, neverCancelled)).toMatchObject({ id: '41', folder: own });
		expect(await started).toMatchObject({ id: '41' });
	});

	test('is none where it was refused meanwhile', async () => {
		const { launcher, asked, folder: own } = slurm({ sbatch: 'sleep 2; exit 1' });
		const started = launcher.start(asked, neverCancelled).catch((error: unknown) => error);
		await hasBegun(own);
		expect(await launcher.find(asked, neverCancelled)).toBeNull();
		expect(await started).toMatchObject({ reason: { code: 'launch.slurm.refused' } });
	});

	test('is none where it was killed before Slurm had it', async () => {
		const { launcher, asked, folder: own } = slurm({ sbatch: 'sleep 60' });
		const source = new CancellationSource();
		const started = launcher.start(asked, source.token);
		await hasBegun(own);
		source.cancel();
		await expect(started).rejects.toBeInstanceOf(Cancelled);
		expect(await launcher.find(asked, neverCancelled)).toBeNull();
	});

	test('is none where its host, which cannot be asked, went down long ago', async () => {
		const { launcher, asked, folder: own } = slurm({ sbatch: 'exit 1' });
		mkdirSync(own, { recursive: true });
		writeFileSync(path.join(own, 'submits'), 'another-host\n1\n1\n');
		const since = new Date(Date.now() - 3600_000);
		utimesSync(own, since, since);
		expect(await launcher.find(asked, neverCancelled)).toBeNull();
	});

	test('is not known of while it takes longer than anybody waits', async () => {
		// Its clock goes by 40 s with each look.
		const date = 'echo x >>"$HOME/looks"; echo $((40 * $(wc -l <"$HOME/looks")))';
		const { launcher, asked, folder: own } = slurm({ sbatch: 'exit 1', date });
		mkdirSync(own, { recursive: true });
		writeFileSync(path.join(own, 'submits'), 'another-host\n1\n1\n');
		await expect(launcher.find(asked, neverCancelled)).rejects.toMatchObject({
			reason: { code: 'launch.slurm.undecided', params: { label: asked.label } },
		});
	});
});
