import path from 'node:path';
import * as vscode from 'vscode';
import type { SourceRange } from '../../config/problem';
import type { Result } from '../../protocol/results';
import { treeItems } from '../contributions';
import type { EvaluationFiles } from '../evaluationFiles';
import { type EvaluationDocuments, toRange } from '../language/evaluationDocuments';
import type { RunIndex } from '../runs/runIndex';
import { accuraciesText, accuracyText } from '../runs/runText';

export type EvaluationNode =
	| { readonly type: 'evaluation'; readonly uri: vscode.Uri }
	| { readonly type: 'variant'; readonly uri: vscode.Uri; readonly name: string; readonly key: SourceRange };

/** The evaluations of the workspace with their last numbers, and their variants. */
export class EvaluationsTree implements vscode.TreeDataProvider<EvaluationNode>, vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<EvaluationNode | undefined>();
	readonly #subscriptions: vscode.Disposable;
	/** Rows by file, because a row is refreshed by handing back the same object. */
	readonly #evaluations = new Map<string, EvaluationNode>();

	readonly onDidChangeTreeData = this.#changed.event;

	constructor(
		private readonly files: EvaluationFiles,
		private readonly documents: EvaluationDocuments,
		private readonly index: RunIndex,
	) {
		const changed = (uri: vscode.Uri) => {
			const row = this.#evaluations.get(uri.toString());
			if (row) {
				this.#changed.fire(row);
			}
		};
		this.#subscriptions = vscode.Disposable.from(
			files.onDidChange(uri => (uri ? changed(uri) : this.#changed.fire(undefined))),
			documents.onDidChange(document => changed(document.uri)),
			index.onDidChange(() => this.#changed.fire(undefined)),
		);
	}

	async getChildren(node?: EvaluationNode): Promise<EvaluationNode[]> {
		if (!node) {
			return (await this.files.list()).map(uri => this.#row(uri));
		}
		if (node.type === 'variant') {
			return [];
		}
		const read = await this.documents.readFile(node.uri);
		return (read?.variants ?? []).map(({ name, key }) => ({ type: 'variant', uri: node.uri, name, key }));
	}

	async getTreeItem(node: EvaluationNode): Promise<vscode.TreeItem> {
		return node.type === 'evaluation' ? this.#evaluationItem(node.uri) : this.#variantItem(node);
	}

	dispose(): void {
		this.#subscriptions.dispose();
		this.#changed.dispose();
	}

	#row(uri: vscode.Uri): EvaluationNode {
		const key = uri.toString();
		const row = this.#evaluations.get(key) ?? { type: 'evaluation', uri };
		this.#evaluations.set(key, row);
		return row;
	}

	async #evaluationItem(uri: vscode.Uri): Promise<vscode.TreeItem> {
		const results = await this.#lastResults(uri);
		const item = new vscode.TreeItem(path.basename(uri.fsPath), vscode.TreeItemCollapsibleState.Collapsed);
		item.id = uri.toString();
		item.description = results ? accuraciesText(results) : vscode.l10n.t('never run');
		item.resourceUri = uri;
		item.tooltip = vscode.workspace.asRelativePath(uri);
		item.iconPath = new vscode.ThemeIcon('beaker');
		item.contextValue = treeItems.evaluation;
		item.command = { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [uri] };
		return item;
	}

	async #variantItem({ uri, name, key }: EvaluationNode & { type: 'variant' }): Promise<vscode.TreeItem> {
		const results = ((await this.#lastResults(uri)) ?? []).filter(result => result.variant === name);
		const item = new vscode.TreeItem(name);
		item.id = `${uri.toString()}#${name}`;
		item.description = results.map(result => accuracyText(result) ?? '–').join(' · ');
		item.iconPath = new vscode.ThemeIcon('symbol-text');
		item.contextValue = treeItems.variant;
		item.command = {
			command: 'vscode.open',
			title: vscode.l10n.t('Open'),
			arguments: [uri, { selection: toRange(key), preserveFocus: true } satisfies vscode.TextDocumentShowOptions],
		};
		return item;
	}

	async #lastResults(uri: vscode.Uri): Promise<readonly Result[] | null> {
		const run = await this.index.newestDone(uri.fsPath);
		// What keeps a run from being read is told where it is opened.
		return run
			? this.index.summary(run).then(
					({ results }) => results,
					() => null,
				)
			: null;
	}
}
