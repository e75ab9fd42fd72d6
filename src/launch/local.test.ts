import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { eventually } from '../../test/servers/eventually';
import {
	type LauncherUnderTest,
	launcherSuite,
	llamaTest,
	requestOf,
	unrelatedProcess,
} from '../../test/servers/launcherSuite';
import { smallServer } from '../../test/servers/smallServer';
import { temporaryFolders } from '../../test/temporaryFolder';
import { neverCancelled } from '../protocol/cancellation';
import { freePort } from './freePort';
import { localLauncher } from './local';
import type { ShellJob } from './shellJobs';

describe.skipIf(process.platform === 'win32')('a command on this computer', () => {
	const temporary = temporaryFolders(afterAll);
	let jobsFolder = '';
	const launcher = () => {
		jobsFolder ||= path.join(temporary(), "it's a folder");
		return localLauncher({ jobsFolder });
	};
	const underTest: LauncherUnderTest<'local', ShellJob> = {
		launcher,
		launch: (command, port) => ({ kind: 'local', command, port }),
		choosesPort: true,
	};
	launcherSuite(underTest);
	llamaTest(underTest);

	test('a process that has the number of ours is not ours', async () => {
		const asked = requestOf<'local'>({ kind: 'local', command: smallServer('exit', '0'), port: await freePort() });
		const job = await launcher().start(asked, neverCancelled);
		await eventually(
			() => launcher().status(job, neverCancelled),
			({ state }) => state === 'ended',
		);
		const other = unrelatedProcess();
		try {
			await writeFile(path.join(job.folder, 'pid'), `${other.pid}\n1\n`);
			expect((await launcher().status(job, neverCancelled)).state).toBe('ended');
			await launcher().stop(job);
			expect(other.isThere()).toBe(true);
		} finally {
			other.end();
		}
	});
});
