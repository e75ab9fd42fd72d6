import path from 'node:path';
import * as vscode from 'vscode';
import type { StartedLaunch } from '../../config/launch';
import type { LiveHubJob } from '../../launch/hubJobs/live';
import type { AnyLauncher } from '../../launch/launchers';
import type { JobWatch } from '../../run/jobWatch';
import type { Follower, RunJobs, WorkspaceJob } from '../../run/workspaceJobs';
import type { HubConnections } from '../hub/hubConnection';
import { rooms } from '../rooms';
import type { RunEntry, RunIndex } from '../runs/runIndex';
import type { RunQueue } from '../runs/runQueue';
import { bookFolders } from './bookFolders';
import { liveJobsOf } from './hubList';

/** Between two looks while somebody looks too, in milliseconds; the Hub's own list changes less. */
const lookEvery = 10_000;
const listEvery = 60_000;

/** What could not be read or asked, beside the jobs themselves. */
export interface JobProblem {
	/** A run's evaluation; null: the Hub's list. */
	readonly of: string | null;
	readonly error: unknown;
}

export interface ShownJobs {
	readonly jobs: readonly WorkspaceJob[];
	readonly problems: readonly JobProblem[];
}

interface HubList {
	readonly jobs: readonly LiveHubJob[];
	readonly problem: unknown;
	readonly asked: number;
}

const neverListed: HubList = { jobs: [], problem: null, asked: Number.NEGATIVE_INFINITY };

/** The jobs of this workspace. Run folders are read when somebody asks, places where jobs run only while somebody looks. */
export class JobIndex implements vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscriptions: vscode.Disposable;
	readonly #closed = new vscode.CancellationTokenSource();
	/** By launch: of Hugging Face it remembers which servers answer. */
	readonly #launchers = new Map<string, Promise<AnyLauncher>>();
	readonly #runs = new Map<string, Promise<RunJobs>>();
	/** Folders of runs for which something was started elsewhere. */
	#books: Promise<readonly string[]> | undefined;
	/** The runs in those of them that no evaluation leads to. */
	readonly #strays = new Map<string, Promise<RunEntry | undefined>>();
	#jobWatch: Promise<JobWatch> | undefined;
	#hubList = neverListed;
	#watcher: vscode.Disposable | undefined;
	#timer: NodeJS.Timeout | undefined;
	#isLookedAt = false;
	#look: Promise<void> | undefined;
	/** What the run of this window is at. */
	#phase = '';

	/** Something is known that was not, or a job came or went. */
	readonly onDidChange = this.#changed.event;

	constructor(
		private readonly index: RunIndex,
		private readonly queue: RunQueue,
		private readonly connections: HubConnections,
	) {
		this.#subscriptions = vscode.Disposable.from(
			this.#changed,
			index.onDidChange(() => this.#reread()),
			queue.onDidChange(() => this.#followPhase()),
			queue.onDidEnd(() => this.#reread()),
			connections.onDidChange(() => {
				this.#launchers.clear();
				this.#hubList = neverListed;
				void this.refresh();
			}),
			vscode.workspace.onDidGrantWorkspaceTrust(() => this.#reread()),
		);
	}

	async all(): Promise<ShownJobs> {
		const [{ workspaceJobs }, watch, runs] = await Promise.all([rooms(), this.#watch(), this.#read()]);
		const { jobs: onHub, problem } = this.#hubList;
		return {
			jobs: workspaceJobs({ runs, newsOf: watch.newsOf, onHub, now: new Date() }),
			problems: [
				...runs.flatMap(({ name, problem: error }) => (error === null ? [] : [{ of: name, error }])),
				...(problem === null ? [] : [{ of: null, error: problem }]),
			],
		};
	}

	/** The jobs, each asked about now unless it just was. */
	async asked(): Promise<ShownJobs> {
		await this.#ask();
		return this.all();
	}

	/** Whether the view is seen: only then places are asked again and again. */
	set isLookedAt(value: boolean) {
		this.#isLookedAt = value;
		clearTimeout(this.#timer);
		if (value) {
			void this.#lookOn();
		}
	}

	/** Reads and asks everything anew. */
	async refresh(): Promise<void> {
		(await this.#watch()).refresh();
		this.#hubList = { ...this.#hubList, asked: neverListed.asked };
		this.#books = undefined;
		this.#reread();
	}

	readonly launcherFor = (launch: StartedLaunch): Promise<AnyLauncher> => {
		const key = JSON.stringify(launch);
		let launcher = this.#launchers.get(key);
		if (!launcher) {
			launcher = Promise.all([rooms(), this.connections.hub()]).then(([{ launcherOf }, hub]) =>
				launcherOf(launch, { hub }),
			);
			this.#launchers.set(key, launcher);
		}
		return launcher;
	};

	dispose(): void {
		clearTimeout(this.#timer);
		this.#closed.cancel();
		this.#watcher?.dispose();
		this.#subscriptions.dispose();
	}

	#watch(): Promise<JobWatch> {
		this.#jobWatch ??= rooms().then(({ JobWatch: Watch }) => new Watch(this.launcherFor));
		return this.#jobWatch;
	}

	#reread(): void {
		this.#runs.clear();
		this.#strays.clear();
		this.#changed.fire();
		if (this.#isLookedAt) {
			void this.#lookOn();
		}
	}

	async #read(): Promise<readonly RunJobs[]> {
		this.#watcher ??= this.#watchBooks();
		const { jobsOfRun } = await rooms();
		const entries = await this.index.all();
		// A run of this window is known before a watcher tells of its folder.
		const own = this.queue.runs.flatMap(({ dir, record }) =>
			dir && record && !entries.some(entry => entry.dir === dir) ? [{ dir, record }] : [],
		);
		const strays = await this.#straysBeside([...own, ...entries]);
		return Promise.all(
			[...own, ...entries, ...strays].map(entry => {
				let run = this.#runs.get(entry.dir);
				// What this window starts is written down before a watcher may tell of it.
				if (!run || this.queue.in(entry.dir)) {
					run = jobsOfRun(entry.dir, entry.record, () => this.#followerOf(entry));
					this.#runs.set(entry.dir, run);
				}
				return run;
			}),
		);
	}

	/** Runs whose evaluation was renamed or deleted: their jobs go on all the same. */
	async #straysBeside(known: readonly Pick<RunEntry, 'dir'>[]): Promise<readonly RunEntry[]> {
		this.#books ??= bookFolders();
		const dirs = new Set(known.map(({ dir }) => path.normalize(dir)));
		const others = (await this.#books).filter(dir => !dirs.has(path.normalize(dir)));
		const found = await Promise.all(
			others.map(dir => {
				const stray = this.#strays.get(dir) ?? this.index.at(dir);
				this.#strays.set(dir, stray);
				return stray;
			}),
		);
		return found.filter(entry => entry !== undefined);
	}

	/** A job that is being started has news that no file tells. */
	#followPhase(): void {
		const { phase, job } = this.queue.runs[0]?.progress ?? {};
		const now = `${phase} ${job?.state}`;
		if (now !== this.#phase && (phase === 'launching' || this.#phase.startsWith('launching'))) {
			this.#reread();
		}
		this.#phase = now;
	}

	async #followerOf({ dir }: Pick<RunEntry, 'dir'>): Promise<Follower> {
		if (this.queue.in(dir)) {
			return 'here';
		}
		const { isLocked } = await rooms();
		return (await isLocked(dir)) ? 'elsewhere' : 'nobody';
	}

	/** Looks, and looks again later where something may change. */
	#lookOn(): Promise<void> {
		this.#look ??= this.#lookOnce().finally(() => {
			this.#look = undefined;
		});
		return this.#look;
	}

	async #lookOnce(): Promise<void> {
		clearTimeout(this.#timer);
		await this.#ask();
		this.#changed.fire();
		const { jobs } = await this.all();
		if (this.#isLookedAt && jobs.some(({ state }) => state !== 'ended')) {
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => void this.#lookOn(), lookEvery);
		}
	}

	/** A folder that is not trusted may say that jobs run anywhere: nothing is asked for it. */
	async #ask(): Promise<void> {
		if (!vscode.workspace.isTrusted) {
			return;
		}
		const watch = await this.#watch();
		await this.#forgetFollowers();
		const runs = await this.#read();
		const { token } = this.#closed;
		await Promise.all([watch.ask(runs, () => this.#changed.fire(), token), this.#list(runs)]);
		// What ended is written down by now.
		await this.#forgetFollowers();
	}

	/** Of runs with jobs that may live: who works at them is told by no event. */
	async #forgetFollowers(): Promise<void> {
		for (const [dir, run] of this.#runs) {
			if ((await run).jobs.some(({ ended }) => ended === null)) {
				this.#runs.delete(dir);
			}
		}
	}

	/** Asks the Hub for what it knows of: where somebody is signed in, and else for those who have jobs there. */
	async #list(runs: readonly RunJobs[]): Promise<void> {
		const launches = runs.flatMap(({ jobs }) => jobs.map(({ launch }) => launch));
		const namespaces = launches.flatMap(launch => (launch.kind === 'hf_jobs' ? [launch.namespace] : []));
		const { asked, jobs: before } = this.#hubList;
		const isOfUse = namespaces.length > 0 || before.length > 0;
		if ((!isOfUse && asked !== neverListed.asked) || Date.now() - asked < listEvery) {
			return;
		}
		this.#hubList = { ...this.#hubList, asked: Date.now() };
		try {
			const hub = await this.connections.hub();
			// Without a sign-in, a token that was found elsewhere would be asked about.
			if (!(isOfUse ? await hub.token() : await this.connections.accounts.of(hub.endpoint))) {
				this.#hubList = { ...neverListed, asked: Date.now() };
				return;
			}
			const launcher = (await rooms()).hubJobsLauncher(hub);
			const jobs = await liveJobsOf(launcher, [...new Set([null, ...namespaces])], this.#closed.token);
			this.#hubList = { jobs, problem: null, asked: Date.now() };
		} catch (error) {
			// A token that may not use jobs is no news to somebody who never started one.
			this.#hubList = { jobs: before, problem: isOfUse ? error : null, asked: Date.now() };
		}
	}

	#watchBooks(): vscode.Disposable {
		const watcher = vscode.workspace.createFileSystemWatcher('**/.evals/**/jobs.json');
		const changed = () => this.#reread();
		const cameOrWent = () => {
			this.#books = undefined;
			this.#reread();
		};
		return vscode.Disposable.from(
			watcher,
			watcher.onDidCreate(cameOrWent),
			watcher.onDidChange(changed),
			watcher.onDidDelete(cameOrWent),
			vscode.workspace.onDidChangeWorkspaceFolders(cameOrWent),
		);
	}
}

/** Of a job that only the Hub knows: its handle says which it is. */
export function hubLaunch(flavor: string | null): StartedLaunch {
	return { kind: 'hf_jobs', flavor: flavor ?? '', timeout: 0, image: null, args: [], namespace: null };
}
