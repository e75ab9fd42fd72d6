import path from 'node:path';
import * as vscode from 'vscode';
import { command } from '../commands';
import { treeItems } from '../contributions';
import type { RunEntry, RunIndex } from '../runs/runIndex';
import type { ActiveRun, RunQueue } from '../runs/runQueue';
import { runAppearance } from '../runs/runStatus';
import { activeRunText, runDescription, runTooltip } from '../runs/runText';
import { throttled } from '../throttle';

/** A row: a run folder, or a run of this window that has none yet. */
export type RunNode =
	| { readonly type: 'recorded'; readonly entry: RunEntry }
	| { readonly type: 'active'; readonly run: ActiveRun };

/** All runs, newest first, with the progress of those that this window runs. */
export class RunsTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<RunNode | undefined>();
	readonly #subscriptions: vscode.Disposable;
	/** Rows by id, because a row is refreshed by handing back the same object. */
	#rows = new Map<string, RunNode>();
	/** The runs of this window as the tree last drew them. */
	#drawn: readonly string[] = [];

	readonly onDidChangeTreeData = this.#changed.event;

	constructor(
		private readonly index: RunIndex,
		private readonly queue: RunQueue,
	) {
		// Drawn anew a row can lose a click that is on its way: not more often than a person reads.
		const progressed = throttled(() => this.#progressed(), 1000);
		this.#subscriptions = vscode.Disposable.from(
			index.onDidChange(() => this.#changed.fire(undefined)),
			queue.onDidChange(progressed),
			progressed,
		);
	}

	async getChildren(node?: RunNode): Promise<RunNode[]> {
		if (node) {
			return [];
		}
		const active = this.queue.runs.map((run): RunNode => ({ type: 'active', run }));
		const folders = new Set(this.queue.runs.map(run => run.dir));
		const recorded = (await this.index.all())
			.filter(entry => !folders.has(entry.dir))
			.map((entry): RunNode => ({ type: 'recorded', entry }));
		const rows = [...active, ...recorded];
		this.#rows = new Map(rows.map(row => [rowId(row), row]));
		this.#drawn = this.queue.runs.map(activeId);
		return rows;
	}

	async getTreeItem(node: RunNode): Promise<vscode.TreeItem> {
		const item = node.type === 'active' ? activeItem(node.run) : await this.#recordedItem(node.entry);
		item.id = rowId(node);
		return item;
	}

	dispose(): void {
		this.#subscriptions.dispose();
		this.#changed.dispose();
	}

	async #recordedItem(entry: RunEntry): Promise<vscode.TreeItem> {
		// A run whose samples cannot be read is still a row; opening it says why.
		const summary = entry.status === 'done' ? await this.index.summary(entry).catch(() => null) : null;
		const results = summary?.results ?? null;
		const { icon, color, kind } = runAppearance(entry.status);
		const item = new vscode.TreeItem(entry.record.evaluation.name);
		item.description = runDescription(entry, results);
		item.tooltip = runTooltip(entry, results);
		item.iconPath = new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
		item.contextValue = kind;
		item.command = command('evalLens.openResults', vscode.l10n.t('Open Results'), entry.dir);
		return item;
	}

	/** Draws one row anew where that is enough, all of them where runs came or went. */
	#progressed(): void {
		const now = this.queue.runs.map(activeId);
		if (now.join('\n') !== this.#drawn.join('\n')) {
			this.#changed.fire(undefined);
			return;
		}
		const [running] = now;
		const row = running === undefined ? undefined : this.#rows.get(running);
		if (row) {
			this.#changed.fire(row);
		}
	}
}

function activeItem(run: ActiveRun): vscode.TreeItem {
	const item = new vscode.TreeItem(run.record?.evaluation.name ?? run.request.name);
	item.description = activeRunText(run);
	item.tooltip = run.request.file;
	const waits = run.state === 'queued';
	item.iconPath = new vscode.ThemeIcon(waits ? 'clock' : 'sync~spin');
	item.contextValue = waits ? treeItems.runQueued : treeItems.runRunning;
	if (run.dir) {
		item.command = command('evalLens.openResults', vscode.l10n.t('Open Results'), run.dir);
	}
	return item;
}

const ids = new WeakMap<ActiveRun, string>();
let nextId = 1;

/** The folder once there is one, so that the row stays the same when the run ends. */
function activeId(run: ActiveRun): string {
	if (run.dir) {
		return path.normalize(run.dir);
	}
	const id = ids.get(run) ?? `waiting ${nextId++}`;
	ids.set(run, id);
	return id;
}

function rowId(node: RunNode): string {
	return node.type === 'active' ? activeId(node.run) : path.normalize(node.entry.dir);
}
