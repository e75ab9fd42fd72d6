import * as vscode from 'vscode';
import { command } from '../commands';
import type { RunIndex } from '../runs/runIndex';
import type { RunQueue } from '../runs/runQueue';
import { activeRunText } from '../runs/runText';
import { throttled } from '../throttle';
import { evaluationSelector, isEvaluation } from './evaluationDocuments';

/** The commands of an evaluation above its first line; its progress while it runs. */
export class EvaluationCodeLens implements vscode.CodeLensProvider, vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscriptions: vscode.Disposable;

	readonly onDidChangeCodeLenses = this.#changed.event;

	constructor(
		private readonly queue: RunQueue,
		private readonly index: RunIndex,
	) {
		const changed = throttled(() => this.#changed.fire(), 1000);
		this.#subscriptions = vscode.Disposable.from(
			changed,
			queue.onDidChange(changed),
			index.onDidChange(changed),
			vscode.languages.registerCodeLensProvider(evaluationSelector, this),
		);
	}

	async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
		if (!isEvaluation(document)) {
			return [];
		}
		const top = new vscode.Range(0, 0, 0, 0);
		const { uri } = document;
		const active = this.queue.runs.find(run => run.request.file === uri.fsPath);
		const run = active
			? [
					command('evalLens.openResults', `$(sync~spin) ${activeRunText(active)}`, active.dir ?? undefined),
					command('evalLens.cancel', `$(debug-stop) ${vscode.l10n.t('Cancel')}`, uri),
				]
			: [
					command('evalLens.run', `$(play) ${vscode.l10n.t('Run')}`, uri),
					command('evalLens.runSome', `$(play) ${vscode.l10n.t('Run 20')}`, uri),
				];
		const last = (await this.index.of(uri.fsPath))[0];
		const compare = last ? [command('evalLens.compareLastRun', vscode.l10n.t('Compare last run'), uri)] : [];
		return [...run, command('evalLens.preview', vscode.l10n.t('Preview prompts'), uri), ...compare].map(
			link => new vscode.CodeLens(top, link),
		);
	}

	dispose(): void {
		this.#subscriptions.dispose();
		this.#changed.dispose();
	}
}
