import * as vscode from 'vscode';
import { neverCancelled } from '../../protocol/cancellation';
import type { Job } from '../../run/jobBook';
import type { WorkspaceJob } from '../../run/workspaceJobs';
import { withoutLinks } from '../notification';
import { rooms } from '../rooms';
import type { RunQueue } from '../runs/runQueue';
import { hubLaunch, type JobIndex } from './jobIndex';
import { costText, fromElsewhere, modelText, whereText } from './jobText';

/** Ends a job, after asking; resolves when it is really gone. */
export async function cancelJob(job: WorkspaceJob, jobs: JobIndex, queue: RunQueue): Promise<void> {
	const cancel: vscode.MessageItem = { title: vscode.l10n.t('Cancel Job') };
	// The editor's own word for it is "Cancel".
	const keep: vscode.MessageItem = { title: vscode.l10n.t('Keep It'), isCloseAffordance: true };
	const question = vscode.l10n.t('Cancel the job of {0} on {1}?', modelText(job), whereText(job));
	const chosen = await vscode.window.showWarningMessage(
		withoutLinks(question),
		{ modal: true, detail: consequences(job) },
		cancel,
		keep,
	);
	if (chosen !== cancel) {
		return;
	}
	const title = vscode.l10n.t('Cancelling the job of {0}', modelText(job));
	const isGone = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
		endWithRun(job, jobs, queue),
	);
	await jobs.refresh();
	const told = isGone
		? vscode.l10n.t('The job of {0} is gone.', modelText(job))
		: vscode.l10n.t('There is no job of the label {0} on {1} any more.', job.label, whereText(job));
	void vscode.window.showInformationMessage(withoutLinks(told));
}

/**
 * A job that may still run is found by the folder of its run alone: before that goes, the job is cancelled, after asking.
 * @returns Sentences about jobs that were not found; null: the folder has to stay.
 */
export async function cancelOpenJobs(dir: string, jobs: JobIndex): Promise<readonly string[] | null> {
	const { endOpenJobs, openJobs } = await rooms();
	const open = await openJobs(dir);
	if (open.length === 0) {
		return [];
	}
	const cancel = vscode.l10n.t('Cancel Job');
	const chosen = await vscode.window.showWarningMessage(
		vscode.l10n.t(
			'A job of this run may still run, and without the run folder nobody would find it again. Cancel it first.',
		),
		{ modal: true, detail: open.map(job => vscode.l10n.t('{0} on {1}', job.model, placeText(job))).join('\n') },
		// A folder that is not trusted may say that jobs run anywhere.
		...(vscode.workspace.isTrusted ? [cancel] : []),
	);
	if (chosen !== cancel) {
		return null;
	}
	const models = [...new Set(open.map(({ model }) => model))].join(', ');
	const title = withoutLinks(vscode.l10n.t('Cancelling the job of {0}', models));
	try {
		const lost = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
			endOpenJobs(dir, jobs.launcherFor, neverCancelled),
		);
		return lost.map(job =>
			vscode.l10n.t(
				'There is no job of the label {0} on {1} that can be found from here: another account may find it.',
				job.label,
				placeText(job),
			),
		);
	} finally {
		await jobs.refresh();
	}
}

const placeText = ({ launch }: Job) => whereText({ kind: launch.kind, place: null });

function consequences(job: WorkspaceJob): string {
	const cost = costText(job);
	return [
		{
			here: vscode.l10n.t('Its run is cancelled with it. What is recorded is kept, and the run can be resumed.'),
			elsewhere: vscode.l10n.t('Another process computes with it: its run stops. What is recorded is kept.'),
			nobody: vscode.l10n.t('What is recorded of its run is kept.'),
			unknown: fromElsewhere(),
		}[job.origin?.run.follower ?? 'unknown'],
		...(cost === null ? [] : [vscode.l10n.t('So far it costs {0}.', cost)]),
	].join('\n\n');
}

/** Ends a job, and the run of this window that computes with it. @returns Whether there was one. */
export async function endWithRun(
	{ origin, handle, place }: WorkspaceJob,
	jobs: JobIndex,
	queue: RunQueue,
): Promise<boolean> {
	if (!origin) {
		await (await jobs.launcherFor(hubLaunch(place))).stop(handle);
		return true;
	}
	const { run, job } = origin;
	const own = queue.in(run.dir);
	if (own) {
		// The run ends what it has started, and must not start it again.
		await new Promise<void>(resolve => {
			const listening = queue.onDidEnd(({ result }) => {
				if (result?.dir === run.dir || !queue.runs.includes(own)) {
					listening.dispose();
					resolve();
				}
			});
			own.cancel();
		});
	}
	const { endJob, readJobs } = await rooms();
	const now = (await readJobs(run.dir).catch(() => [job])).find(({ label }) => label === job.label) ?? job;
	if (now.ended !== null) {
		return true;
	}
	return endJob(run.dir, { ...now, handle: now.handle ?? handle }, jobs.launcherFor, neverCancelled);
}
