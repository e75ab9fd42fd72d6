import path from 'node:path';
import * as vscode from 'vscode';
import { Channel } from '../../protocol/channel';
import type { PairChoice } from '../../protocol/resultsView';
import type { HostSide, WebviewSide } from '../../protocol/webview';
import { setContext } from '../commands';
import { resultsEditor } from '../contributions';
import { throttled } from '../throttle';
import { showPage, webviewPort } from '../webviewPage';
import type { OpenRuns } from './openRuns';

/** While a run goes on its view is drawn anew this often, in milliseconds: each time the samples that came are read. */
const changesEvery = 2000;

/** A question under two variants, as the person selected it. */
export type SelectedPair = PairChoice & { readonly key: string };

/** What the editor asks the rest of the window to do for a run. */
export interface ResultsActions {
	openNativeDiff(dir: string, pair: SelectedPair): Promise<void>;
	runAgain(dir: string): Promise<void>;
	exportRun(dir: string): Promise<void>;
	onError(error: unknown): void;
}

/** A run.json as an editor: the document is the run folder around it. */
interface RunDocument extends vscode.CustomDocument {
	readonly dir: string;
}

interface OpenEditor {
	readonly dir: string;
	readonly channel: Channel<HostSide, WebviewSide>;
	selected: SelectedPair | null;
}

/** Opens runs in the results view; knows the editor in front, for the commands of the palette. */
export class ResultsEditors implements vscode.CustomReadonlyEditorProvider<RunDocument>, vscode.Disposable {
	readonly #registration: vscode.Disposable;
	#active: OpenEditor | null = null;

	constructor(
		private readonly extensionUri: vscode.Uri,
		private readonly runs: OpenRuns,
		private readonly actions: ResultsActions,
	) {
		this.#registration = vscode.window.registerCustomEditorProvider(resultsEditor.viewType, this, {
			supportsMultipleEditorsPerDocument: true,
		});
	}

	/** The run in front and the question selected in it. */
	get active(): { readonly dir: string; readonly selected: SelectedPair | null } | null {
		return this.#active;
	}

	/** Tells the editor in front what a command of the palette wants. */
	tell<N extends 'show' | 'move'>(event: N, value: HostSide['events'][N]): void {
		this.#active?.channel.fire(event, value);
	}

	openCustomDocument(uri: vscode.Uri): RunDocument {
		return { uri, dir: path.dirname(uri.fsPath), dispose() {} };
	}

	async resolveCustomEditor(document: RunDocument, panel: vscode.WebviewPanel): Promise<void> {
		const { dir } = document;
		const { webview } = panel;
		const held = this.runs.hold(dir);
		const run = () => this.runs.get(dir);
		const channel = new Channel<HostSide, WebviewSide>(webviewPort(webview), {
			overview: async () => (await run()).overview(),
			examples: async () => (await run()).examples(),
			columns: async choice => (await run()).columns(choice),
			pair: async choice => (await run()).pair(choice),
			openNativeDiff: async pair => this.#act(() => this.actions.openNativeDiff(dir, pair)),
			runAgain: async () => this.#act(() => this.actions.runAgain(dir)),
			exportRun: async () => this.#act(() => this.actions.exportRun(dir)),
			copy: async text => this.#act(async () => vscode.env.clipboard.writeText(text)),
			preview: notHere,
			showPreview: notHere,
			findExample: notHere,
			scoreExample: notHere,
			reveal: notHere,
		});
		const editor: OpenEditor = { dir, channel, selected: null };
		const changed = throttled(() => {
			held.changed();
			// A page that is hidden is gone: it asks for everything when it is shown again.
			if (panel.visible) {
				channel.fire('changed', null);
			}
		}, changesEvery);
		const watcher = vscode.workspace.createFileSystemWatcher(
			new vscode.RelativePattern(vscode.Uri.file(dir), '{run.json,samples.jsonl}'),
		);
		const subscriptions = vscode.Disposable.from(
			held,
			changed,
			watcher,
			watcher.onDidChange(changed),
			watcher.onDidCreate(changed),
			channel.on('selected', pair => void this.#select(editor, pair)),
			panel.onDidChangeViewState(() => this.#activate(editor, panel.active)),
			channel,
		);
		panel.onDidDispose(() => {
			this.#activate(editor, false);
			subscriptions.dispose();
		});
		showPage(webview, 'results', this.extensionUri);
		this.#activate(editor, panel.active);
		const name = (await run().catch(() => null))?.record.evaluation.name;
		if (name !== undefined) {
			panel.title = vscode.l10n.t('{0} — results', name);
		}
	}

	dispose(): void {
		this.#registration.dispose();
	}

	/** An action that fails is told by the window and not by the view: it is the window's. */
	async #act(action: () => PromiseLike<void>): Promise<null> {
		try {
			await action();
		} catch (error) {
			this.actions.onError(error);
		}
		return null;
	}

	#activate(editor: OpenEditor, active: boolean): void {
		if (active) {
			this.#active = editor;
		} else if (this.#active === editor) {
			this.#active = null;
		}
		setContext('evalLens.pairSelected', this.#active?.selected != null);
	}

	async #select(editor: OpenEditor, pair: SelectedPair | null): Promise<void> {
		editor.selected = pair;
		this.#activate(editor, this.#active === editor);
		if (pair) {
			const transition = await (await this.runs.get(editor.dir)).transition(pair);
			if (transition === 'right_to_wrong' || transition === 'wrong_to_right') {
				setContext('evalLens.flipSeen', true);
			}
		}
	}
}

function notHere(): Promise<never> {
	return Promise.reject(new Error('the results view has no preview'));
}
