import * as vscode from 'vscode';
import type { WorkspaceJob } from '../../run/workspaceJobs';
import type { CommandHandlers } from '../commands';
import type { CommandId, ViewId } from '../contributions';
import type { HubConnections } from '../hub/hubConnection';
import { rooms } from '../rooms';
import type { RunActions } from '../runs/runActions';
import type { RunIndex } from '../runs/runIndex';
import type { RunQueue } from '../runs/runQueue';
import { cancelJob, endWithRun } from './cancelJob';
import { tellOrphans } from './detachedJobs';
import { hubLaunch, JobIndex } from './jobIndex';
import { JobLogs } from './jobLogs';
import { JobsTree } from './jobsTree';

type JobCommand = Extract<CommandId, `evalLens.${'openJobLog' | 'openJobOnHub' | 'cancelJob' | 'refreshJobs'}`>;

export type JobViews = ReturnType<typeof jobViews>;

/** After activation, so that it takes nothing from what a person waits for, in milliseconds. */
const settled = 3000;

/** Everything about remote jobs in the side bar, and what is told of those that were left alone. */
export function jobViews(
	index: RunIndex,
	queue: RunQueue,
	runActions: RunActions,
	connections: HubConnections,
	onError: (error: unknown) => void,
) {
	const jobs = new JobIndex(index, queue, connections);
	const tree = new JobsTree(jobs);
	const logs = new JobLogs();
	const id: ViewId = 'evalLens.jobs';
	const view = vscode.window.createTreeView(id, { treeDataProvider: tree });
	view.onDidChangeVisibility(({ visible }) => {
		jobs.isLookedAt = visible;
	});

	const handlers = {
		'evalLens.openJobLog': given => {
			const job = jobOf(given);
			return job && vscode.workspace.isTrusted && logs.show(job, () => launcherOf(job));
		},
		'evalLens.openJobOnHub': async given => {
			const job = jobOf(given);
			const url = job && (await pageOf(job));
			await (url && vscode.env.openExternal(vscode.Uri.parse(url, true)));
		},
		'evalLens.cancelJob': async given => {
			const job = jobOf(given);
			await (job && vscode.workspace.isTrusted && cancelJob(job, jobs, queue));
		},
		'evalLens.refreshJobs': () => jobs.refresh(),
	} satisfies Pick<CommandHandlers, JobCommand>;

	const launcherOf = ({ origin, place }: WorkspaceJob) => jobs.launcherFor(origin?.job.launch ?? hubLaunch(place));
	const pageOf = async ({ url, handle }: WorkspaceJob) => {
		if (url !== null) {
			return url;
		}
		const { hubJobHandle, hubJobsLauncher } = await rooms();
		return hubJobsLauncher(await connections.hub()).page(hubJobHandle.parse(handle));
	};
	const resume = async ({ origin }: WorkspaceJob) => {
		const entry = origin && (await index.at(origin.run.dir));
		await (entry && runActions.again(entry, 'resume'));
	};
	const tell = () =>
		tellOrphans(jobs, {
			resume,
			cancel: job => cancelJob(job, jobs, queue),
			show: () => vscode.commands.executeCommand(`${id}.focus`),
		}).catch(onError);
	const timer = setTimeout(() => void tell(), settled);

	const disposable = vscode.Disposable.from(
		jobs,
		tree,
		logs,
		view,
		vscode.workspace.onDidGrantWorkspaceTrust(() => void tell()),
		{ dispose: () => clearTimeout(timer) },
	);
	const end = (job: WorkspaceJob) => endWithRun(job, jobs, queue);
	return { jobs, tree, handlers, end, dispose: () => disposable.dispose() };
}

/** The job of a row. */
function jobOf(given: unknown): WorkspaceJob | undefined {
	const isRow = typeof given === 'object' && given !== null && 'type' in given && given.type === 'job';
	// Only rows of the tree have that type.
	return isRow && 'job' in given ? (given.job as WorkspaceJob) : undefined;
}
