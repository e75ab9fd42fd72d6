import * as vscode from 'vscode';
import type { JobStatus } from '../../launch/contract';
import type { WorkspaceJob } from '../../run/workspaceJobs';
import { dollars, limit } from '../numbers';
import { errorText, text } from '../text';

const locale = vscode.env.language;

/** Where a job stands, in a few words: "the image is being pulled". */
export function stateText({ state, detail }: Pick<JobStatus, 'state' | 'detail'>): string {
	if (detail) {
		// Of an end the last lines of a log may follow.
		return text(detail).split('\n')[0] ?? '';
	}
	switch (state) {
		case 'queued':
			return vscode.l10n.t('waits for hardware');
		case 'starting':
			return vscode.l10n.t('the server is starting');
		case 'running':
			return vscode.l10n.t('the server is up');
		case 'ended':
			return vscode.l10n.t('ended');
		case 'lost':
			return vscode.l10n.t('not to be found any more');
	}
}

/**
 * "nobody follows it · $0.23 of $1.05 · 12 min · the server is up · a10g-small". Rows are narrow: of what runs the cost stands
 * first, of what does not yet, why. To the cent and the minute: a row that is drawn anew loses a click that is on its way.
 */
export function jobDescription(job: WorkspaceJob, now: Date): string {
	const { state, origin, place } = job;
	if (state === 'ended' || state === 'lost') {
		const since = new Date(job.ended ?? job.started ?? now);
		const cost = job.dollars === null ? null : dollars(job.dollars, locale);
		const lost = state === 'lost' ? stateText({ state, detail: null }) : null;
		return [lost, atText(since, now), cost, place].filter(Boolean).join(' · ');
	}
	const lasted = job.started === null ? null : lastedText(now.getTime() - new Date(job.started).getTime());
	const cost = costText({ ...job, dollars: job.dollars && Math.floor(job.dollars * 100) / 100 });
	return [
		job.isOrphan ? vscode.l10n.t('nobody follows it') : null,
		origin === null ? vscode.l10n.t('started elsewhere') : null,
		...(state === 'running' && job.problem === null
			? [cost, lasted, currentText(job)]
			: [currentText(job), lasted, cost]),
		place,
	]
		.filter(Boolean)
		.join(' · ');
}

/** Not how long ago it is: nothing would draw the row anew. */
function atText(time: Date, now: Date): string {
	const isToday = time.toDateString() === now.toDateString();
	return new Intl.DateTimeFormat(locale, { timeStyle: 'short', ...(isToday ? {} : { dateStyle: 'medium' }) }).format(
		time,
	);
}

function lastedText(milliseconds: number): string {
	const minutes = Math.floor(milliseconds / 60_000);
	return minutes < 1 ? vscode.l10n.t('< {0}', limit(60, locale)) : limit(minutes * 60, locale);
}

function currentText({ problem, state, ...job }: WorkspaceJob): string | null {
	if (problem !== null) {
		return errorText(problem);
	}
	return state === 'unknown' ? unknownText(job) : stateText({ state, detail: job.detail });
}

function unknownText(job: Pick<WorkspaceJob, 'handle' | 'origin'>): string {
	return isBeingStarted(job) ? vscode.l10n.t('is being started') : vscode.l10n.t('not asked yet');
}

/** Its run knows more of it in a moment. */
export function isBeingStarted({ handle, origin }: Pick<WorkspaceJob, 'handle' | 'origin'>): boolean {
	return handle === null && origin !== null && origin.run.follower !== 'nobody';
}

/** "$0.23 of $1.05"; null where nothing is billed. */
export function costText({
	dollars: cost,
	maximalDollars,
}: Pick<WorkspaceJob, 'dollars' | 'maximalDollars'>): string | null {
	if (cost === null) {
		return null;
	}
	return maximalDollars === null
		? dollars(cost, locale)
		: vscode.l10n.t('{0} of {1}', dollars(cost, locale), dollars(maximalDollars, locale));
}

/** "Hugging Face, a10g-small". */
export function whereText({ kind, place }: Pick<WorkspaceJob, 'kind' | 'place'>): string {
	const means = {
		hf_jobs: vscode.l10n.t('Hugging Face'),
		ssh: vscode.l10n.t('ssh'),
		slurm: vscode.l10n.t('Slurm'),
		local: vscode.l10n.t('this computer'),
	}[kind];
	return place === null ? means : `${means}, ${place}`;
}

export function modelText({ model }: Pick<WorkspaceJob, 'model'>): string {
	return model ?? vscode.l10n.t('an unknown model');
}

/** All that is known of a job. */
export function jobTooltip(job: WorkspaceJob): vscode.MarkdownString {
	const { origin, problem, state, detail } = job;
	const cost = costText(job);
	const lines = [
		`${modelText(job)} · ${whereText(job)}`,
		origin ? vscode.l10n.t('for a run of {0}', origin.run.name) : fromElsewhere(),
		state === 'unknown' ? unknownText(job) : detail ? text(detail) : stateText({ state, detail }),
		...(problem === null ? [] : [errorText(problem) ?? '']),
		...(job.started === null ? [] : [vscode.l10n.t('started {0}', new Date(job.started).toLocaleString(locale))]),
		...(job.ended === null ? [] : [vscode.l10n.t('ended {0}', new Date(job.ended).toLocaleString(locale))]),
		...(cost === null ? [] : [costLine(job, cost)]),
		...(job.isOrphan ? [orphanLine(job)] : []),
		job.label,
	];
	const tooltip = new vscode.MarkdownString();
	for (const line of lines) {
		// Plain: what servers and hosts say is no markup.
		tooltip.appendText(line);
		tooltip.appendMarkdown('\n\n');
	}
	return tooltip;
}

function costLine({ dollarsAnHour }: WorkspaceJob, cost: string): string {
	return dollarsAnHour === null
		? vscode.l10n.t('costs {0}', cost)
		: vscode.l10n.t('costs {0}, at {1} an hour', cost, dollars(dollarsAnHour, locale));
}

function orphanLine({ origin }: WorkspaceJob): string {
	return origin?.run.isDone
		? vscode.l10n.t('Its run is done: cancel the job.')
		: vscode.l10n.t('Nobody computes with it any more: resume its run, or cancel the job.');
}

export function fromElsewhere(): string {
	return vscode.l10n.t(
		'No run of this folder started it: it may belong to a run in another folder, or on another computer.',
	);
}
