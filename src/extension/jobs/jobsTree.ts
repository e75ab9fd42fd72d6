import * as vscode from 'vscode';
import { isOver } from '../../launch/contract';
import type { RunJobs, WorkspaceJob } from '../../run/workspaceJobs';
import { command } from '../commands';
import { type JobAbility, jobContext, treeItems } from '../contributions';
import { errorText } from '../text';
import { throttled } from '../throttle';
import type { JobIndex, JobProblem, ShownJobs } from './jobIndex';
import { isBeingStarted, jobDescription, jobTooltip, modelText, whereText } from './jobText';

/** `run` is what commands about runs take from a row. */
export type JobNode =
	| { readonly type: 'job'; readonly job: WorkspaceJob; readonly run: RunJobs | null }
	| { readonly type: 'ended'; readonly jobs: readonly WorkspaceJob[] }
	| { readonly type: 'problem'; readonly problem: JobProblem };

/** Remote jobs of this workspace: those that run, orphans first, and those that ended in the last days. */
export class JobsTree implements vscode.TreeDataProvider<JobNode>, vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<undefined>();
	readonly #subscriptions: vscode.Disposable;
	/** As the view was last drawn. */
	#drawn = '';

	readonly onDidChangeTreeData = this.#changed.event;

	constructor(private readonly index: JobIndex) {
		// Drawn anew a row can lose a click that is on its way: not more often than a person reads.
		const draw = throttled(() => void this.#drawIfOther(), 1000);
		this.#subscriptions = vscode.Disposable.from(this.#changed, draw, index.onDidChange(draw));
	}

	async getChildren(node?: JobNode): Promise<JobNode[]> {
		if (node) {
			return node.type === 'ended' ? node.jobs.map(jobNode) : [];
		}
		const shown = await this.index.all();
		this.#drawn = seen(shown);
		const { jobs, problems } = shown;
		const ended = jobs.filter(hasEnded);
		return [
			...problems.map((problem): JobNode => ({ type: 'problem', problem })),
			...jobs.filter(job => !hasEnded(job)).map(jobNode),
			...(ended.length > 0 ? [{ type: 'ended', jobs: ended } as const] : []),
		];
	}

	getTreeItem(node: JobNode): vscode.TreeItem {
		switch (node.type) {
			case 'job':
				return jobItem(node.job);
			case 'ended':
				return endedItem(node.jobs.length);
			case 'problem':
				return problemItem(node.problem);
		}
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	async #drawIfOther(): Promise<void> {
		// What cannot be had, drawing tells.
		const shown = await this.index.all().catch(() => null);
		if (!shown || seen(shown) !== this.#drawn) {
			this.#changed.fire(undefined);
		}
	}
}

/** All that a person sees of rows, and that their menus go by. */
function seen({ jobs, problems }: ShownJobs): string {
	const now = new Date();
	return JSON.stringify([
		problems.map(({ of, error }) => [of, errorText(error)]),
		jobs.map(job => [job.label, job.state, jobDescription(job, now), job.origin?.run.follower, abilities(job)]),
	]);
}

function hasEnded({ state }: WorkspaceJob): boolean {
	return state !== 'unknown' && isOver(state);
}

function jobNode(job: WorkspaceJob): JobNode {
	return { type: 'job', job, run: job.origin?.run ?? null };
}

function jobItem(job: WorkspaceJob): vscode.TreeItem {
	const name = modelText(job);
	// The owner of a model stands in the tooltip: rows are narrow.
	const item = new vscode.TreeItem(name.slice(name.lastIndexOf('/') + 1));
	item.id = job.label;
	item.description = jobDescription(job, new Date());
	item.tooltip = jobTooltip(job);
	item.accessibilityInformation = { label: `${name}, ${whereText(job)}, ${item.description}` };
	item.iconPath = jobIcon(job);
	item.contextValue = jobContext(abilities(job));
	if (job.handle !== null) {
		item.command = command('evalLens.openJobLog', vscode.l10n.t('Open Log'), jobNode(job));
	}
	return item;
}

function jobIcon(job: WorkspaceJob): vscode.ThemeIcon {
	if (job.isOrphan || job.problem !== null) {
		return new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground'));
	}
	const dimmed = new vscode.ThemeColor('disabledForeground');
	switch (job.state) {
		case 'unknown':
			return new vscode.ThemeIcon(isBeingStarted(job) ? 'loading~spin' : 'question');
		case 'queued':
			return new vscode.ThemeIcon('clock');
		case 'starting':
			return new vscode.ThemeIcon('loading~spin');
		case 'running':
			return new vscode.ThemeIcon('server-process', new vscode.ThemeColor('testing.iconPassed'));
		case 'ended':
			return new vscode.ThemeIcon('circle-slash', dimmed);
		case 'lost':
			return new vscode.ThemeIcon('question', dimmed);
	}
}

function abilities(job: WorkspaceJob): readonly JobAbility[] {
	const { handle, kind, origin } = job;
	const canResume = origin?.run.follower === 'nobody' && !origin.run.isDone;
	return [
		...(handle === null ? [] : (['log'] as const)),
		...(kind === 'hf_jobs' && handle !== null ? (['hub'] as const) : []),
		...(hasEnded(job) ? [] : (['cancel'] as const)),
		...(canResume ? (['resume'] as const) : []),
	];
}

function endedItem(count: number): vscode.TreeItem {
	const item = new vscode.TreeItem(vscode.l10n.t('Ended'), vscode.TreeItemCollapsibleState.Collapsed);
	item.id = 'ended';
	item.description = `${count}`;
	item.iconPath = new vscode.ThemeIcon('archive');
	item.tooltip = vscode.l10n.t('Jobs that ended in the last seven days');
	return item;
}

function problemItem({ of, error }: JobProblem): vscode.TreeItem {
	const sentence = errorText(error) ?? '';
	const item = new vscode.TreeItem(of ?? vscode.l10n.t('Hugging Face'));
	item.description = sentence;
	item.tooltip = sentence;
	item.accessibilityInformation = { label: `${of ?? vscode.l10n.t('Hugging Face')}: ${sentence}` };
	item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground'));
	item.contextValue = treeItems.jobProblem;
	return item;
}
