import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/launch/freePort';
import { eventually } from './eventually';
import { serverPath } from './installed';

export interface SlurmCluster {
	/** In which Slurm’s programs ask this cluster, and homes are in its folder. */
	readonly env: NodeJS.ProcessEnv;
	/** What is added to another environment for that. */
	readonly variables: Readonly<Record<string, string>>;
	/** Configuration of the same cluster where nobody is at the controller’s port. */
	readonly deafConfig: string;
	/** Runs one of Slurm’s programs. */
	run(program: string, ...args: readonly string[]): string;
	stop(): Promise<void>;
}

/** A real Slurm whose one node is this computer, as root, without accounts, all in one folder. */
export async function startSlurmCluster(folder: string): Promise<SlurmCluster> {
	for (const name of ['state', 'spool', 'log', 'home']) {
		mkdirSync(path.join(folder, name), { recursive: true });
	}
	const config = path.join(folder, 'slurm.conf');
	writeFileSync(config, clusterConfig(folder, await freePort(), await freePort()));
	// Slurm wants a device for each card, and looks at nothing of it but that it is there.
	writeFileSync(path.join(folder, 'gres.conf'), 'Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n');
	const deafConfig = path.join(folder, 'deaf.conf');
	writeFileSync(deafConfig, clusterConfig(folder, await freePort(), await freePort()));
	const variables = { SLURM_CONF: config, HOME: path.join(folder, 'home') };
	const env = { ...process.env, ...variables };
	const daemons = ['slurmctld', 'slurmd'].map(name =>
		spawn(name, ['-D', '-f', config], { env: { ...env, PATH: serverPath }, stdio: 'ignore' }),
	);
	const run = (program: string, ...args: readonly string[]) => {
		try {
			return execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
		} catch (error) {
			return String(error);
		}
	};
	const cluster = { env, variables, deafConfig, run, stop: () => stopDaemons(daemons, run) };
	try {
		await eventually(
			() => run('sinfo', '-h', '-o', '%T'),
			state => /^(idle|mixed)/.test(state),
			60,
		);
	} catch (error) {
		const why = run('scontrol', 'show', 'node');
		await cluster.stop();
		throw new Error(`Slurm does not come up: ${why}`, { cause: error });
	}
	return cluster;
}

async function stopDaemons(daemons: readonly ChildProcess[], run: SlurmCluster['run']): Promise<void> {
	run('scancel', '--partition=debug');
	await eventually(
		() => run('squeue', '-h'),
		jobs => jobs.trim() === '' || jobs.startsWith('Error'),
		60,
	);
	for (const daemon of daemons) {
		daemon.kill('SIGTERM');
	}
	await eventually(() => daemons.every(one => one.exitCode !== null || one.signalCode !== null), Boolean);
}

function clusterConfig(folder: string, controllerPort: number, nodePort: number): string {
	const [name = 'localhost'] = hostname().split('.');
	return `ClusterName=test
SlurmctldHost=${name}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
SlurmctldPort=${controllerPort}
SlurmdPort=${nodePort}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc=${folder}/jobcomp.txt
ReturnToService=2
MinJobAge=300
KillWait=5
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName=${name} NodeAddr=127.0.0.1 CPUs=8 RealMemory=1000 Gres=gpu:2 State=UNKNOWN
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}
