import { type Message, message } from '../protocol/messages';
import type { JobStatus } from './contract';
import { type JobReport, lastWords } from './jobReport';

/** Why a job is over, by Slurm’s word for its state (man squeue, “job state codes”). */
const endings: Readonly<Record<string, Message>> = {
	CANCELLED: message('launch.slurm.cancelled', {}),
	TIMEOUT: message('launch.slurm.timeout', {}),
	DEADLINE: message('launch.slurm.timeout', {}),
	OUT_OF_MEMORY: message('launch.slurm.memory', {}),
	NODE_FAIL: message('launch.slurm.node', {}),
	BOOT_FAIL: message('launch.slurm.node', {}),
	PREEMPTED: message('launch.slurm.preempted', {}),
	REVOKED: message('launch.slurm.preempted', {}),
	COMPLETED: message('launch.slurm.exited', { code: 0 }),
	FAILED: message('launch.slurm.failed', {}),
};

const queued = ['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED', 'SPECIAL_EXIT', 'RESV_DEL_HOLD'];

/**
 * Reads what `slurmStatusScript` writes; null where Slurm could not be asked, and the job has left no word of its end. Of a
 * job that Slurm has forgotten, what it wrote itself counts.
 */
export function slurmStatus(report: JobReport, folder: string): JobStatus | null {
	const status = (state: JobStatus['state'], detail: Message | null): JobStatus => ({
		state,
		detail,
		billedSeconds: null,
	});
	const [state = '', reason = ''] = (report.value('squeue') ?? '').split('|');
	const exit = report.value('exit');
	if (queued.includes(state)) {
		return status('queued', message('launch.slurm.waiting', { reason }));
	}
	const ending = endingOf(report, state);
	if (ending !== null || exit !== null) {
		const how = ending?.how ?? message('launch.slurm.exited', { code: exit ?? '' });
		return status('ended', message('launch.slurm.ended', { how, folder, log: lastWords(report.log) }));
	}
	if (/^[A-Z_]+$/.test(state)) {
		return inProgress(state, report, status);
	}
	// Nothing at all, or that it has no such number.
	return state === '' || state.includes('Invalid job id')
		? status('lost', message('launch.slurm.no-trace', { folder }))
		: null;
}

/** Whether a job has left its exit code, and Slurm cleans up behind it and has not said yet why it ended. */
export function isClosing(report: JobReport): boolean {
	const [state = ''] = (report.value('squeue') ?? '').split('|');
	return report.value('exit') !== null && /^(RUNNING|COMPLETING)$/.test(state) && endingOf(report, state) === null;
}

function inProgress(
	state: string,
	report: JobReport,
	status: (state: JobStatus['state'], detail: Message | null) => JobStatus,
): JobStatus {
	switch (state) {
		case 'CONFIGURING':
			return status('starting', message('launch.slurm.node-starts', {}));
		case 'RUNNING':
			return report.value('listening') === null
				? status('starting', message('launch.not-listening', {}))
				: status('running', null);
		default:
			// COMPLETING, SUSPENDED, and what newer versions may know: it holds its node still.
			return status('running', message('launch.slurm.state', { state }));
	}
}

/** How a job ended, by the first that knows: accounts, the controller’s memory, its queue. */
function endingOf(report: JobReport, state: string): { readonly how: Message } | null {
	const [accounted = '', accountedExit] = (report.value('sacct') ?? '').split('|');
	const remembered = report.value('scontrol') ?? '';
	const found = [
		{ word: accounted, exit: accountedExit },
		{ word: field(remembered, 'JobState') ?? '', exit: field(remembered, 'ExitCode') },
		{ word: state, exit: undefined },
	]
		// `CANCELLED by 1000`
		.map(({ word, exit }) => ({ word: word.split(' ')[0] ?? '', exit }))
		.find(({ word }) => word in endings);
	if (!found) {
		return null;
	}
	const code = report.value('exit') ?? found.exit?.split(':')[0];
	const how = endings[found.word];
	return found.word === 'FAILED' && code !== undefined
		? { how: message('launch.slurm.exited', { code }) }
		: how
			? { how }
			: null;
}

/** A field of a line of scontrol: `JobState=FAILED Reason=…`. */
function field(line: string, name: string): string | undefined {
	return new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1];
}

/** Where a running job’s server is. */
export interface Whereabouts {
	readonly port: number;
	/** As Slurm names the node. */
	readonly node: string;
	/** Whether that is the host which was asked. */
	readonly isHere: boolean;
	/** Whether the server takes connections from its node alone. */
	readonly isLoopback: boolean;
}

/** Null: it did not begin yet. */
export function whereabouts(report: JobReport): Whereabouts | null {
	const [, port, ownName, node] = /^(\d+) (\S+) (\S+)$/.exec(report.value('where') ?? '') ?? [];
	if (port === undefined || ownName === undefined || node === undefined) {
		return null;
	}
	const isHere = ownName === report.value('here');
	return { port: Number(port), node, isHere, isLoopback: report.value('listening') === 'loopback' };
}
