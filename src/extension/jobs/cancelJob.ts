import * as vscode from 'vscode';
import { neverCancelled } from '../../protocol/cancellation';
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
