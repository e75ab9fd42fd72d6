import * as vscode from 'vscode';
import { CancellationSource, Cancelled } from '../../protocol/cancellation';
import { Channel } from '../../protocol/channel';
import { Failure } from '../../protocol/failure';
import type { HostSide, PreviewChoice, PreviewState, WebviewSide } from '../../protocol/webview';
import type { Preview } from '../../run/preview';
import { setContext } from '../commands';
import { previewViewType } from '../contributions';
import { type EvaluationDocuments, isEvaluation } from '../language/evaluationDocuments';
import { variantAt } from '../language/readEvaluation';
import { rooms } from '../rooms';
import { debounced } from '../throttle';
import { showPage, webviewPort } from '../webviewPage';
import { fitting, stepped } from './choice';

/** What must be known to show the preview again after a restart. */
interface Remembered {
	readonly uri: string;
	readonly choice: PreviewChoice;
}

const memory = 'evalLens.preview';
const beginning: PreviewChoice = { example: 0, variant: '', against: null };

interface Opened {
	readonly version: number;
	readonly source: CancellationSource;
	preview: Promise<Preview>;
}

/** Token counts need the model's files, which may be large: they follow when nobody has typed for so many milliseconds. */
const untilTokens = 500;

/** The prompts of the evaluation in front, beside its editor: follows the cursor, and the text as it is typed. */
export class PromptPreview implements vscode.WebviewPanelSerializer, vscode.Disposable {
	readonly #subscriptions: vscode.Disposable;
	#panel: vscode.WebviewPanel | null = null;
	#channel: Channel<HostSide, WebviewSide> | null = null;
	#uri: vscode.Uri | null = null;
	#choice = beginning;
	#opened: Opened | null = null;

	constructor(
		private readonly context: vscode.ExtensionContext,
		private readonly documents: EvaluationDocuments,
	) {
		const follow = debounced<vscode.TextEditor>(editor => this.#follow(editor), 100);
		this.#subscriptions = vscode.Disposable.from(
			follow,
			vscode.window.registerWebviewPanelSerializer(previewViewType, this),
			vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#isOf(textEditor) && follow(textEditor)),
			vscode.window.onDidChangeActiveTextEditor(editor => this.#isOf(editor) && follow(editor)),
			documents.onDidChange(document => document.uri.toString() === this.#uri?.toString() && this.#tellChanged()),
		);
	}

	/** Shows the evaluation's prompts beside it; `variant` where the cursor does not say. */
	async show(uri: vscode.Uri, variant?: string): Promise<void> {
		const document = await vscode.workspace.openTextDocument(uri);
		const editor = await vscode.window.showTextDocument(document, { preview: false, viewColumn: this.#columnOf(uri) });
		if (uri.toString() !== this.#uri?.toString()) {
			this.#uri = uri;
			this.#choice = { ...beginning, example: this.#choice.example };
		}
		const under = variant ?? (await this.#variantUnder(editor));
		this.#remember({ ...this.#choice, ...(under && { variant: under }) });
		if (this.#panel) {
			this.#panel.reveal(undefined, true);
			this.#tellChanged();
			return;
		}
		const panel = vscode.window.createWebviewPanel(
			previewViewType,
			vscode.l10n.t('Prompt preview'),
			{ viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
			// What is not shown is not kept: the page asks again when it is looked at.
			{ retainContextWhenHidden: false, enableFindWidget: true },
		);
		this.#attach(panel);
	}

	async step(by: 1 | -1): Promise<void> {
		const preview = await this.#preview();
		this.#remember({ ...this.#choice, example: stepped(this.#choice.example, by, preview.examples.length) });
		this.#tellChanged();
	}

	/** Asks which variant to compare with; none shows the prompt alone. */
	async chooseAgainst(): Promise<void> {
		const { evaluation } = await this.#preview();
		const alone = { label: vscode.l10n.t('No comparison'), variant: null };
		const others = evaluation.variants
			.filter(({ name }) => name !== this.#choice.variant)
			.map(({ name, preset }) => ({ label: name, description: preset ?? '', variant: name }));
		const picked = await vscode.window.showQuickPick([...others, alone], {
			placeHolder: vscode.l10n.t('Show the exact difference between {0} and …', this.#choice.variant),
		});
		if (picked) {
			this.#remember({ ...this.#choice, against: picked.variant });
			this.#tellChanged();
		}
	}

	/** The evaluation that is previewed. */
	get uri(): vscode.Uri | null {
		return this.#panel && this.#uri;
	}

	async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
		const remembered = this.context.workspaceState.get<Remembered>(memory);
		if (!remembered) {
			panel.dispose();
			return;
		}
		this.#uri = vscode.Uri.parse(remembered.uri);
		this.#choice = remembered.choice;
		this.#attach(panel);
	}

	dispose(): void {
		this.#subscriptions.dispose();
		this.#panel?.dispose();
	}

	#attach(panel: vscode.WebviewPanel): void {
		const channel = new Channel<HostSide, WebviewSide>(webviewPort(panel.webview), {
			preview: () => this.#state(),
			showPreview: choice => {
				this.#remember(choice);
				return this.#state();
			},
			copy: async text => {
				await vscode.env.clipboard.writeText(text);
				return null;
			},
			overview: notHere,
			columns: notHere,
			pair: notHere,
			openNativeDiff: notHere,
			runAgain: notHere,
			exportRun: notHere,
		});
		this.#panel = panel;
		this.#channel = channel;
		setContext('evalLens.previewOpen', true);
		const icon = (theme: string) => vscode.Uri.joinPath(this.context.extensionUri, 'media', `preview-${theme}.svg`);
		panel.iconPath = { light: icon('light'), dark: icon('dark') };
		panel.onDidDispose(() => {
			channel.dispose();
			this.#panel = null;
			this.#channel = null;
			this.#close();
			setContext('evalLens.previewOpen', false);
		});
		showPage(panel.webview, 'preview', this.context.extensionUri);
	}

	async #state(): Promise<PreviewState> {
		const file = this.#uri ? vscode.workspace.asRelativePath(this.#uri) : '';
		try {
			const preview = await this.#preview();
			const names = preview.evaluation.variants.map(variant => variant.name);
			this.#remember(fitting(this.#choice, names, preview.examples.length));
			if (this.#panel) {
				this.#panel.title = vscode.l10n.t('Prompts of {0}', preview.evaluation.name);
			}
			return preview.show(this.#choice);
		} catch (error) {
			const { InvalidEvaluation } = await rooms();
			if (error instanceof InvalidEvaluation) {
				return { state: 'failed', file, reasons: error.problems.map(problem => problem.message) };
			}
			if (error instanceof Failure) {
				return { state: 'failed', file, reasons: [error.reason] };
			}
			throw error;
		}
	}

	/** The evaluation as it reads now, rendered at most once for each version of its text. */
	async #preview(): Promise<Preview> {
		if (!this.#uri) {
			throw new Cancelled();
		}
		const document = await vscode.workspace.openTextDocument(this.#uri);
		if (this.#opened?.version !== document.version) {
			this.#close();
			const { openPreview } = await rooms();
			const source = new CancellationSource();
			const options = { file: document.uri.fsPath, text: document.getText() };
			const opened: Opened = { version: document.version, source, preview: openPreview(options, source.token) };
			this.#opened = opened;
			void this.#addTokens(opened, () => openPreview({ ...options, withModel: true }, source.token));
		}
		return this.#opened.preview;
	}

	async #addTokens(opened: Opened, openWithModel: () => Promise<Preview>): Promise<void> {
		await new Promise(resolve => setTimeout(resolve, untilTokens));
		if (this.#opened !== opened) {
			return;
		}
		try {
			const preview = await openWithModel();
			if (this.#opened === opened) {
				opened.preview = Promise.resolve(preview);
				this.#tellChanged();
			}
		} catch {
			// The prompts themselves fail in the same way, and say why; without a model they stay as they are.
		}
	}

	#close(): void {
		this.#opened?.source.cancel();
		// Whoever waits for it is told, and there may be nobody.
		this.#opened?.preview.catch(() => {});
		this.#opened = null;
	}

	async #follow(editor: vscode.TextEditor): Promise<void> {
		const { uri } = editor.document;
		const variant = await this.#variantUnder(editor);
		const other = uri.toString() !== this.#uri?.toString();
		if (other) {
			this.#uri = uri;
			this.#close();
			this.#remember({ ...beginning, ...(variant && { variant }) });
			this.#tellChanged();
		} else if (variant && variant !== this.#choice.variant) {
			this.#remember({ ...this.#choice, variant });
			this.#tellChanged();
		}
	}

	async #variantUnder(editor: vscode.TextEditor): Promise<string | null> {
		const { document, selection } = editor;
		const read = await this.documents.read(document);
		return variantAt(read, document.getText().split(/\r\n|\r|\n/), selection.active.line);
	}

	#isOf(editor: vscode.TextEditor | undefined): editor is vscode.TextEditor {
		return this.#panel !== null && editor !== undefined && isEvaluation(editor.document);
	}

	/** Where the evaluation is already shown, so that it does not open a second time over the preview. */
	#columnOf(uri: vscode.Uri): vscode.ViewColumn {
		const editor = vscode.window.visibleTextEditors.find(shown => shown.document.uri.toString() === uri.toString());
		return editor?.viewColumn ?? vscode.ViewColumn.One;
	}

	#remember(choice: PreviewChoice): void {
		this.#choice = choice;
		if (this.#uri) {
			void this.context.workspaceState.update(memory, { uri: this.#uri.toString(), choice } satisfies Remembered);
		}
	}

	#tellChanged(): void {
		this.#channel?.fire('changed', null);
	}
}

function notHere(): Promise<never> {
	return Promise.reject(new Error('the preview shows no run'));
}
