import * as vscode from 'vscode';
import type { WorkspaceJob } from '../../run/workspaceJobs';
import { withoutLinks } from '../notification';
import { dollars } from '../numbers';
import { bookFolders } from './bookFolders';
import type { JobIndex } from './jobIndex';
import { modelText, whereText } from './jobText';

const locale = vscode.env.language;

/** What can be done about a job that nobody follows. */
export interface OrphanActions {
	resume(job: WorkspaceJob): unknown;
	cancel(job: WorkspaceJob): unknown;
	show(): unknown;
}

/**
 * Tells of jobs that go on though nothing computes with them, as after the editor was closed in the middle of a run. Nothing is
 * loaded, and no place asked, where no run of the folder ever started a job.
 */
export async function tellOrphans(jobs: JobIndex, actions: OrphanActions): Promise<void> {
	if (!vscode.workspace.isTrusted || (await bookFolders(1)).length === 0) {
		return;
	}
	const orphans = (await jobs.asked()).jobs.filter(({ isOrphan }) => isOrphan);
	const [orphan] = orphans;
	if (!orphan) {
		return;
	}
	const [resume, cancel, show] = [vscode.l10n.t('Resume'), vscode.l10n.t('Cancel Job'), vscode.l10n.t('Show Jobs')];
	const isOne = orphans.length === 1;
	const canResume = isOne && orphan.origin?.run.isDone === false;
	const chosen = await vscode.window.showWarningMessage(
		withoutLinks(isOne ? oneSentence(orphan) : manySentence(orphans)),
		...(canResume ? [resume] : []),
		...(isOne ? [cancel] : []),
		show,
	);
	if (chosen === resume) {
		await actions.resume(orphan);
	} else if (chosen === cancel) {
		await actions.cancel(orphan);
	} else if (chosen === show) {
		await actions.show();
	}
}

function oneSentence(job: WorkspaceJob): string {
	const { origin, dollarsAnHour } = job;
	const name = origin?.run.name ?? '';
	const [model, where] = [modelText(job), whereText(job)];
	return dollarsAnHour === null
		? vscode.l10n.t('The job of {1} on {2} still runs, though its run of {0} has stopped.', name, model, where)
		: vscode.l10n.t(
				'The job of {1} on {2} still runs and costs {3} an hour, though its run of {0} has stopped.',
				name,
				model,
				where,
				dollars(dollarsAnHour, locale),
			);
}

function manySentence(orphans: readonly WorkspaceJob[]): string {
	const hourly = orphans.reduce((sum, { dollarsAnHour }) => sum + (dollarsAnHour ?? 0), 0);
	return hourly === 0
		? vscode.l10n.t('{0} jobs still run, though their runs have stopped.', orphans.length)
		: vscode.l10n.t(
				'{0} jobs still run and cost {1} an hour, though their runs have stopped.',
				orphans.length,
				dollars(hourly, locale),
			);
}
