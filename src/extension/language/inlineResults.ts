import * as vscode from 'vscode';
import type { ResolvedEvaluation } from '../../config/resolved';
import { canonicalJson } from '../../protocol/json';
import type { Comparison, Result } from '../../protocol/results';
import { setting } from '../commands';
import { ago, points, signedPoints } from '../numbers';
import type { RunIndex } from '../runs/runIndex';
import { accuracyText } from '../runs/runText';
import { debounced } from '../throttle';
import { type EvaluationDocuments, isEvaluation, toRange } from './evaluationDocuments';

/** Below this, a number says little: the model puts most of its probability on no label at all. */
const lowLabelMass = 0.5;

/** How often it is written anew how old the numbers are, in milliseconds. */
const agingInterval = 60_000;

/** The last accuracy of each variant, and how old it is, behind its name. */
export class InlineResults implements vscode.Disposable {
	readonly #type = vscode.window.createTextEditorDecorationType({
		after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 2ch' },
		rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
	});
	readonly #subscriptions: vscode.Disposable;

	constructor(
		private readonly documents: EvaluationDocuments,
		private readonly index: RunIndex,
	) {
		const draw = debounced<void>(() => this.#drawAll(), 50);
		const aging = setInterval(() => draw(), agingInterval);
		this.#subscriptions = vscode.Disposable.from(
			this.#type,
			draw,
			{ dispose: () => clearInterval(aging) },
			documents.onDidChange(() => draw()),
			index.onDidChange(() => draw()),
			vscode.window.onDidChangeVisibleTextEditors(() => draw()),
			vscode.workspace.onDidChangeConfiguration(
				event => event.affectsConfiguration('evalLens.inlineResults') && draw(),
			),
		);
		draw();
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	#drawAll(): void {
		for (const editor of vscode.window.visibleTextEditors) {
			if (isEvaluation(editor.document)) {
				void this.#draw(editor);
			}
		}
	}

	async #draw(editor: vscode.TextEditor): Promise<void> {
		const { document } = editor;
		const run = setting('evalLens.inlineResults', document.uri)
			? await this.index.newestDone(document.uri.fsPath)
			: undefined;
		if (!run) {
			editor.setDecorations(this.#type, []);
			return;
		}
		const { version } = document;
		const [read, summary] = await Promise.all([
			this.documents.read(document),
			// What keeps a run from being read is told where it is opened.
			this.index.summary(run).catch(() => null),
		]);
		if (document.version !== version || !summary) {
			return;
		}
		const decorations = read.variants.flatMap(({ name, key }) => {
			const shown = summary.results
				.filter(result => result.variant === name)
				.map(result => {
					const comparison = summary.comparisons.find(c => c.variant === name && c.model === result.model);
					return resultText(result, comparison);
				});
			if (shown.length === 0) {
				return [];
			}
			const edited = read.resolved !== null && isEdited(name, read.resolved, run.record.evaluation);
			const age = ago(new Date(run.record.finished ?? run.record.started), new Date(), vscode.env.language);
			const note = edited ? ` ${vscode.l10n.t('(before the last edit)')}` : '';
			const contentText = `${[...shown, age].join(' · ')}${note}`;
			const end = endOfValue(document, toRange(key).end);
			return [{ range: new vscode.Range(end, end), renderOptions: { after: { contentText } } }];
		});
		editor.setDecorations(this.#type, decorations);
	}
}

/** Where the line of a variant's name ends, a comment left out: behind a long one nobody would see the numbers. */
function endOfValue(document: vscode.TextDocument, key: vscode.Position): vscode.Position {
	const rest = document.lineAt(key.line).text.slice(key.character);
	return key.translate(0, rest.replace(/\s#.*$/, '').trimEnd().length);
}

/** "28.0 % ± 8.8 · Δ −3.0 ± 7.6", with a warning where the labels hold little of the probability. */
function resultText(result: Result, comparison: Comparison | undefined): string {
	const { language } = vscode.env;
	const accuracy = accuracyText(result) ?? '–';
	const parts = [accuracy];
	if (comparison?.delta !== null && comparison?.ci95) {
		const half = (comparison.ci95[1] - comparison.ci95[0]) / 2;
		parts.push(`Δ ${signedPoints(comparison.delta, language)} ± ${points(half, language)}`);
	}
	if (result.label_mass !== null && result.label_mass < lowLabelMass) {
		const mass = new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(result.label_mass);
		parts.push(`⚠ ${vscode.l10n.t('label mass {0}', mass)}`);
	}
	return parts.join('  ');
}

/** Whether the variant's format is another one now than when it ran. */
function isEdited(name: string, now: ResolvedEvaluation, then: ResolvedEvaluation): boolean {
	const format = (of: ResolvedEvaluation) => canonicalJson(of.variants.find(variant => variant.name === name)?.format);
	return format(now) !== format(then);
}
