import * as vscode from 'vscode';
import { setContext } from './commands';
import { evaluationPattern } from './contributions';

/** The evaluation files of the workspace, looked for when somebody first asks and watched from then on. */
export class EvaluationFiles implements vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<vscode.Uri | undefined>();
	#found: Promise<readonly vscode.Uri[]> | undefined;
	#watcher: vscode.Disposable | undefined;

	/** A file was written; undefined: files came or went. */
	readonly onDidChange = this.#changed.event;

	/** Sorted by path. */
	list(): Promise<readonly vscode.Uri[]> {
		this.#watcher ??= this.#watch();
		this.#found ??= find();
		return this.#found;
	}

	refresh(): void {
		this.#found = undefined;
		this.#changed.fire(undefined);
	}

	dispose(): void {
		this.#watcher?.dispose();
		this.#changed.dispose();
	}

	#watch(): vscode.Disposable {
		const watcher = vscode.workspace.createFileSystemWatcher(evaluationPattern);
		return vscode.Disposable.from(
			watcher,
			watcher.onDidCreate(() => this.refresh()),
			watcher.onDidDelete(() => this.refresh()),
			watcher.onDidChange(uri => this.#changed.fire(uri)),
			vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
		);
	}
}

async function find(): Promise<readonly vscode.Uri[]> {
	const uris = await vscode.workspace.findFiles(evaluationPattern, '**/{node_modules,.git,.evals}/**');
	const files = uris.filter(uri => uri.scheme === 'file').sort((a, b) => a.fsPath.localeCompare(b.fsPath));
	setContext('evalLens.hasEvaluations', files.length > 0);
	return files;
}
