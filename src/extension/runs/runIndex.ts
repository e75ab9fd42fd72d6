import path from 'node:path';
import * as vscode from 'vscode';
import type { Comparison, Result } from '../../protocol/results';
import type { RunRecord } from '../../run/record';
import { resultsEditor } from '../contributions';
import type { EvaluationFiles } from '../evaluationFiles';
import { rooms } from '../rooms';
import type { RunQueue } from './runQueue';
import { type RunStatus, runStatus } from './runStatus';

/** A run folder as lists show it. */
export interface RunEntry {
	readonly dir: string;
	/** The evaluation file, absolute. */
	readonly file: string;
	readonly record: RunRecord;
	readonly status: RunStatus;
}

/** The tables of a run, without its samples. */
export interface RunSummary {
	readonly results: readonly Result[];
	readonly comparisons: readonly Comparison[];
}

/** The runs of the workspace's evaluations as their folders say, read when asked for and watched from then on. */
export class RunIndex implements vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #runs = new Map<string, Promise<readonly RunEntry[]>>();
	readonly #summaries = new Map<string, Promise<RunSummary>>();
	readonly #subscriptions: vscode.Disposable;
	#watcher: vscode.Disposable | undefined;

	/** A run began, ended, or was deleted. */
	readonly onDidChange = this.#changed.event;

	constructor(
		private readonly files: EvaluationFiles,
		private readonly queue: RunQueue,
	) {
		this.#subscriptions = vscode.Disposable.from(
			queue.onDidEnd(() => this.refresh()),
			files.onDidChange(uri => uri ?? this.refresh()),
		);
	}

	/** Runs of one evaluation, newest first. */
	of(file: string): Promise<readonly RunEntry[]> {
		this.#watcher ??= this.#watch();
		let runs = this.#runs.get(file);
		if (!runs) {
			runs = this.#read(file);
			this.#runs.set(file, runs);
		}
		return runs;
	}

	/** Runs of all evaluations, newest first. */
	async all(): Promise<readonly RunEntry[]> {
		const files = await this.files.list();
		const runs = await Promise.all(files.map(uri => this.of(uri.fsPath)));
		return runs.flat().sort((a, b) => b.record.started.localeCompare(a.record.started));
	}

	/**
	 * The run in a folder of the workspace, also one whose evaluation was renamed or deleted: its folder stays where it was. Its
	 * `file` is then the one that the run was made of.
	 */
	async at(dir: string): Promise<RunEntry | undefined> {
		const known = (await this.all()).find(run => path.normalize(run.dir) === path.normalize(dir));
		// What lies elsewhere names files of nobody's workspace.
		if (known || !vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dir))) {
			return known;
		}
		const { readRecord } = await rooms();
		const record = await readRecord(dir).catch(() => null);
		return record ? this.#entry(path.resolve(dir, record.evaluation_file), { dir, record }) : undefined;
	}

	/** The run whose numbers stand for the evaluation. */
	async newestDone(file: string): Promise<RunEntry | undefined> {
		return (await this.of(file)).find(run => run.status === 'done');
	}

	/** The tables of a finished run; its samples are read once, and let go. */
	summary({ dir, record }: RunEntry): Promise<RunSummary> {
		const key = `${dir} ${record.finished}`;
		let summary = this.#summaries.get(key);
		if (!summary) {
			summary = rooms()
				.then(({ openRun }) => openRun(dir))
				.then(({ results, comparisons }) => ({ results, comparisons }));
			this.#summaries.set(key, summary);
		}
		return summary;
	}

	refresh(): void {
		this.#runs.clear();
		this.#changed.fire();
	}

	dispose(): void {
		this.#subscriptions.dispose();
		this.#watcher?.dispose();
		this.#changed.dispose();
	}

	async #read(file: string): Promise<readonly RunEntry[]> {
		const { runsOf } = await rooms();
		const found = await runsOf(file);
		return Promise.all(found.map(run => this.#entry(file, run)));
	}

	async #entry(file: string, { dir, record }: Pick<RunEntry, 'dir' | 'record'>): Promise<RunEntry> {
		const { isLocked } = await rooms();
		const ours = this.queue.in(dir) !== undefined;
		const locked = record.state === 'running' && !ours && (await isLocked(dir));
		return { dir, record, file, status: runStatus(record, { ours, locked }) };
	}

	#watch(): vscode.Disposable {
		const watcher = vscode.workspace.createFileSystemWatcher(resultsEditor.pattern);
		const changed = (uri: vscode.Uri) => {
			// Our own run rewrites its record all the time; its progress comes from the queue.
			if (!this.queue.in(path.dirname(uri.fsPath))?.record) {
				this.refresh();
			}
		};
		return vscode.Disposable.from(
			watcher,
			watcher.onDidCreate(() => this.refresh()),
			watcher.onDidChange(changed),
			watcher.onDidDelete(() => this.refresh()),
		);
	}
}
