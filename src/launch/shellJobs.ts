import { type CancellationToken, neverCancelled } from '../protocol/cancellation';
import { type Failure, inputFailure, runFailure } from '../protocol/failure';
import { type Message, message } from '../protocol/messages';
import type { JobStatus, LaunchRequest, ServedModel } from './contract';
import { lastWords, readReport } from './jobReport';
import {
	findScript,
	followScript,
	type JobPlace,
	type ServerVariables,
	startScript,
	statusScript,
	stopScript,
} from './jobScripts';
import type { Shell } from './shell';

/** A job that a shell started: which, and where. */
export interface ShellJob {
	readonly label: string;
	/** That the server listens on, on its computer. */
	readonly port: number;
	/** Holds its log, on its computer. */
	readonly folder: string;
}

type ShellRequest = LaunchRequest<'ssh'> | LaunchRequest<'local'>;

/** Jobs of one computer, as its shell starts, follows and ends them. */
export interface ShellJobs {
	start(request: ShellRequest, token: CancellationToken): Promise<ShellJob>;
	find(request: ShellRequest, token: CancellationToken): Promise<ShellJob | null>;
	status(job: ShellJob, token: CancellationToken): Promise<JobStatus>;
	logs(job: ShellJob, onLine: (line: string) => void, token: CancellationToken): Promise<void>;
	stop(job: ShellJob): Promise<void>;
}

export function shellJobs(shell: Shell, jobs: Omit<JobPlace, 'label'>): ShellJobs {
	const place = ({ label }: { readonly label: string }): JobPlace => ({ label: checkedLabel(label), ...jobs });
	return {
		async start({ label, launch: { command, port }, model }, token) {
			const script = startScript({ ...place({ label }), command, port, variables: serverVariables(model) });
			const output = await shell.run(script, token);
			const folder = readReport(output).value('started');
			if (folder === null) {
				throw notStarted(output, shell, label, port);
			}
			return { label, port, folder };
		},
		async find({ label, launch: { port } }, token) {
			const folder = readReport(await shell.run(findScript(place({ label })), token)).value('folder');
			return folder === null ? null : { label, port, folder };
		},
		async status(job, token) {
			return statusOf(await shell.run(statusScript(place(job), job.port), token), job, shell);
		},
		logs: (job, onLine, token) => shell.follow(followScript(place(job), '[ -z "$(members)" ]'), onLine, token),
		async stop(job) {
			const output = (await shell.run(stopScript(place(job)), neverCancelled)).trim();
			const there = readReport(output).value('elsewhere');
			if (there !== null) {
				throw inputFailure('launch.elsewhere', { there, where: shell.where });
			}
			if (output !== 'gone') {
				throw runFailure('launch.not-gone', { label: job.label, where: shell.where, processes: output });
			}
		},
	};
}

/** What the command of a server finds in its environment, beside the port. */
export function serverVariables({ id, revision }: ServedModel): ServerVariables {
	return { EVAL_LENS_MODEL: id ?? '', EVAL_LENS_REVISION: revision };
}

/** Labels stand in scripts and in the arguments of programs. */
export function checkedLabel(label: string): string {
	if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,59}$/.test(label)) {
		throw new Error(`"${label}" is no label of a job`);
	}
	return label;
}

function notStarted(output: string, { where }: Shell, label: string, port: number): Failure {
	const report = readReport(output);
	if (report.value('taken') !== null) {
		return inputFailure('launch.port-taken', { port, where });
	}
	if (report.value('used') !== null) {
		return runFailure('launch.label-used', { label, where });
	}
	return runFailure('launch.script-failed', { where, reason: lastWords(output.split('\n')) });
}

/** Reads what `statusScript` writes. */
function statusOf(output: string, { folder }: ShellJob, { where }: Shell): JobStatus {
	const report = readReport(output);
	const exit = report.value('exit');
	const status = (state: JobStatus['state'], detail: Message | null): JobStatus => ({
		state,
		detail,
		billedSeconds: null,
	});
	if (report.value('alive') !== null) {
		return report.value('listening') === null
			? status('starting', message('launch.not-listening', {}))
			: status('running', null);
	}
	const log = lastWords(report.log);
	if (exit !== null) {
		return status('ended', message('launch.exited', { code: exit, folder, log }));
	}
	const there = report.value('elsewhere');
	if (there !== null) {
		throw inputFailure('launch.elsewhere', { there, where });
	}
	return report.value('folder') === null
		? status('lost', message('launch.no-trace', { folder }))
		: status('ended', message('launch.killed', { folder, log }));
}
