import * as vscode from 'vscode';
import { Cancelled } from '../../protocol/cancellation';
import { Channel } from '../../protocol/channel';
import { inputFailure } from '../../protocol/failure';
import type { FilePlace, PreviewChoice, PreviewScores, PreviewState } from '../../protocol/previewView';
import type { HostSide, WebviewSide } from '../../protocol/webview';
import type { ScoreOptions } from '../../run/exampleScorer';
import type { Preview } from '../../run/previewSession';
import { setContext } from '../commands';
import { previewViewType } from '../contributions';
import type { Keys } from '../keys/keys';
import { type EvaluationDocuments, isEvaluation } from '../language/evaluationDocuments';
import type { HubSource } from '../language/knowledgeSource';
import { variantAt } from '../language/readEvaluation';
import { rooms } from '../rooms';
import { debounced, throttled } from '../throttle';
import { showPage, webviewPort } from '../webviewPage';
import { another, stepped } from './choice';
import { PreviewedEvaluation } from './previewedEvaluation';

/** What must be known to show the preview again after a restart. */
interface Remembered {
	readonly uri: string;
	readonly choice: PreviewChoice;
}

const memory = 'evalLens.preview';
const beginning: PreviewChoice = { example: 0, variant: '', against: null };

/** A tokenizer takes a second to read: it waits until nobody has typed for so many milliseconds. */
const untilTokens = 300;

/** The prompts of the evaluation in front, beside its editor: follows the cursor, and the text as it is typed. */
export class PromptPreview implements vscode.WebviewPanelSerializer, vscode.Disposable {
	readonly #subscriptions: vscode.Disposable;
	readonly #readModel: ((preview: Preview) => void) & vscode.Disposable;
	#panel: vscode.WebviewPanel | null = null;
	#channel: Channel<HostSide, WebviewSide> | null = null;
	#uri: vscode.Uri | null = null;
	#choice = beginning;
	#evaluation: PreviewedEvaluation | null = null;
	/** Changes whenever `#evaluation` is given up: what was begun for the one before must not make another. */
	#turn = 0;

	constructor(
		private readonly context: vscode.ExtensionContext,
		private readonly documents: EvaluationDocuments,
		private readonly enginePath: string,
		private readonly connections: HubSource,
		private readonly keys: Pick<Keys, 'keyFor'>,
	) {
		const follow = debounced<vscode.TextEditor>(editor => this.#follow(editor), 100);
		const typed = throttled(() => this.#tellChanged(), 40);
		this.#readModel = debounced(preview => void this.#loadModel(preview), untilTokens);
		this.#subscriptions = vscode.Disposable.from(
			follow,
			typed,
			this.#readModel,
			vscode.window.registerWebviewPanelSerializer(previewViewType, this),
			vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#isOf(textEditor) && follow(textEditor)),
			vscode.window.onDidChangeActiveTextEditor(editor => this.#isOf(editor) && follow(editor)),
			// At each keystroke: the diagnostics wait for a pause, the prompt does not.
			vscode.workspace.onDidChangeTextDocument(
				({ document, contentChanges }) => contentChanges.length > 0 && this.#shows(document) && typed(),
			),
			vscode.workspace.onDidSaveTextDocument(document => this.#shows(document) && this.#reopen()),
			vscode.workspace.onDidGrantWorkspaceTrust(() => this.#forget()),
			connections.onDidChange(() => this.#forget()),
		);
	}

	/** Shows the evaluation's prompts beside it; `variant` where the cursor does not say. */
	async show(uri: vscode.Uri, variant?: string): Promise<void> {
		const document = await vscode.workspace.openTextDocument(uri);
		const editor = await vscode.window.showTextDocument(document, { preview: false, viewColumn: this.#columnOf(uri) });
		if (uri.toString() !== this.#uri?.toString()) {
			this.#turnTo(uri, { ...beginning, example: this.#choice.example });
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
		await this.#goTo((example, examples) => stepped(example, by, examples));
	}

	async random(): Promise<void> {
		await this.#goTo((example, examples) => another(example, examples, Math.random()));
	}

	/** Asks which variant to compare with; none shows the prompt alone. */
	async chooseAgainst(): Promise<void> {
		const { evaluation } = await this.#open();
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

	/** Does what a button of the page does. */
	press(button: HostSide['events']['previewCommand']): void {
		this.#panel?.reveal(undefined, true);
		this.#channel?.fire('previewCommand', button);
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
		this.#turnTo(vscode.Uri.parse(remembered.uri), remembered.choice);
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
			findExample: async key => (await this.#open()).find(key),
			scoreExample: (choice, token) =>
				this.#score(choice, {
					token,
					onPhase: phase => channel.fire('scoring', phase),
					enginePath: this.enginePath,
					secret: this.keys.keyFor,
				}),
			reveal: async place => {
				await this.#reveal(place);
				return null;
			},
			copy: async text => {
				await vscode.env.clipboard.writeText(text);
				return null;
			},
			overview: notHere,
			columns: notHere,
			examples: notHere,
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
		const { uri, text, evaluation } = await this.#shown();
		const surroundings = { label: vscode.workspace.asRelativePath(uri), trusted: vscode.workspace.isTrusted };
		const state = await evaluation.state(text, this.#choice, surroundings);
		const position = state.state === 'shown' ? state : state.position;
		if (position) {
			this.#remember(position.choice);
		}
		if (state.state === 'shown') {
			const preview = await evaluation.open(text);
			if (this.#panel) {
				this.#panel.title = vscode.l10n.t('Prompts of {0}', preview.evaluation.name);
			}
			if (state.model.state === 'loading') {
				this.#readModel(preview);
			}
		}
		return state;
	}

	/** The evaluation that is previewed, with its text as it stands now. */
	async #shown() {
		const uri = this.#uri;
		const turn = this.#turn;
		if (!uri) {
			throw new Cancelled();
		}
		// A file that nobody trusts yet must not make this computer ask anybody anything.
		const connection = vscode.workspace.isTrusted ? this.connections.hub() : undefined;
		const [document, loaded, hub] = await Promise.all([vscode.workspace.openTextDocument(uri), rooms(), connection]);
		if (turn !== this.#turn) {
			throw new Cancelled();
		}
		this.#evaluation ??= new PreviewedEvaluation(uri.fsPath, loaded, hub);
		return { uri, text: document.getText(), evaluation: this.#evaluation };
	}

	async #open(): Promise<Preview> {
		const { evaluation, text } = await this.#shown();
		return evaluation.open(text);
	}

	async #loadModel(preview: Preview): Promise<void> {
		try {
			await this.#evaluation?.session.loadModel(preview);
			this.#tellChanged();
		} catch {
			// Another model was asked for meanwhile, or the preview was closed.
		}
	}

	async #score(choice: PreviewChoice, options: ScoreOptions): Promise<PreviewScores> {
		if (!vscode.workspace.isTrusted) {
			throw inputFailure('run.not-trusted', {});
		}
		return (await this.#open()).score(choice, options);
	}

	async #reveal({ line, column }: FilePlace): Promise<void> {
		if (this.#uri) {
			const place = new vscode.Position(line, column);
			await vscode.window.showTextDocument(this.#uri, {
				viewColumn: this.#columnOf(this.#uri),
				selection: new vscode.Range(place, place),
			});
		}
	}

	async #goTo(to: (example: number, examples: number) => number): Promise<void> {
		const { examples } = await this.#open();
		this.#remember({ ...this.#choice, example: to(this.#choice.example, examples.length) });
		this.#tellChanged();
	}

	async #follow(editor: vscode.TextEditor): Promise<void> {
		const { uri } = editor.document;
		const variant = await this.#variantUnder(editor);
		const other = uri.toString() !== this.#uri?.toString();
		if (other) {
			this.#turnTo(uri, { ...beginning, ...(variant && { variant }) });
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

	#shows(document: vscode.TextDocument): boolean {
		return this.#panel !== null && document.uri.toString() === this.#uri?.toString();
	}

	/** Where the evaluation is already shown, so that it does not open a second time over the preview. */
	#columnOf(uri: vscode.Uri): vscode.ViewColumn {
		const editor = vscode.window.visibleTextEditors.find(shown => shown.document.uri.toString() === uri.toString());
		return editor?.viewColumn ?? vscode.ViewColumn.One;
	}

	#turnTo(uri: vscode.Uri, choice: PreviewChoice): void {
		this.#close();
		this.#uri = uri;
		this.#remember(choice);
	}

	/** Another trust or another account: data and model may be found now, or no longer. */
	#forget(): void {
		this.#close();
		this.#tellChanged();
	}

	#reopen(): void {
		this.#evaluation?.reopen();
		this.#tellChanged();
	}

	/** Ends what is under way for the evaluation, and the model's process. */
	#close(): void {
		this.#turn++;
		this.#evaluation?.dispose();
		this.#evaluation = null;
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
