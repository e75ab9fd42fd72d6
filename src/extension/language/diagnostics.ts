import * as vscode from 'vscode';
import type { Problem } from '../../config/problem';
import { text } from '../text';
import { type EvaluationDocuments, evaluationSelector, toRange } from './evaluationDocuments';
import { isSchemaProblem } from './schemaProblems';

const yamlExtension = 'redhat.vscode-yaml';

/** Problems of open evaluations as one types, and the quick fixes for those that know theirs. */
export class Diagnostics implements vscode.CodeActionProvider, vscode.Disposable {
	static readonly kinds = [vscode.CodeActionKind.QuickFix];

	readonly #collection = vscode.languages.createDiagnosticCollection('eval-lens');
	readonly #fixes = new Map<string, readonly { readonly diagnostic: vscode.Diagnostic; readonly problem: Problem }[]>();
	readonly #subscriptions: vscode.Disposable;

	constructor(private readonly documents: EvaluationDocuments) {
		this.#subscriptions = vscode.Disposable.from(
			this.#collection,
			documents.onDidChange(document => this.#check(document)),
			documents.onDidClose(uri => this.#clear(uri)),
			vscode.extensions.onDidChange(() => this.#checkAll()),
			vscode.languages.registerCodeActionsProvider(evaluationSelector, this, {
				providedCodeActionKinds: Diagnostics.kinds,
			}),
		);
		this.#checkAll();
	}

	provideCodeActions(
		document: vscode.TextDocument,
		range: vscode.Range,
		context: vscode.CodeActionContext,
	): vscode.CodeAction[] {
		return (this.#fixes.get(document.uri.toString()) ?? [])
			.filter(({ diagnostic }) => diagnostic.range.intersection(range))
			.flatMap(({ diagnostic, problem: { replacement } }) => {
				if (replacement === undefined) {
					return [];
				}
				const title = vscode.l10n.t('Change to {0}', replacement.trim());
				const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
				action.edit = new vscode.WorkspaceEdit();
				action.edit.replace(document.uri, diagnostic.range, replacement);
				action.isPreferred = true;
				// The host links an action to its Problem by the objects that it handed over, not by ours.
				action.diagnostics = context.diagnostics.filter(given => given.range.isEqual(diagnostic.range));
				return [action];
			});
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	#checkAll(): void {
		for (const document of this.documents.open) {
			void this.#check(document);
		}
	}

	async #check(document: vscode.TextDocument): Promise<void> {
		const { version } = document;
		const { problems } = await this.documents.read(document);
		// Typed on, or closed, while the first check loaded the parser.
		if (document.version !== version || document.isClosed) {
			return;
		}
		const schemaIsChecked = vscode.extensions.getExtension(yamlExtension)?.isActive === true;
		const shown = problems
			.filter(problem => !schemaIsChecked || !isSchemaProblem(problem.message.code))
			.map(problem => ({ problem, diagnostic: toDiagnostic(problem) }));
		this.#fixes.set(document.uri.toString(), shown);
		this.#collection.set(
			document.uri,
			shown.map(({ diagnostic }) => diagnostic),
		);
	}

	#clear(uri: vscode.Uri): void {
		this.#fixes.delete(uri.toString());
		this.#collection.delete(uri);
	}
}

function toDiagnostic({ severity, message, range }: Problem): vscode.Diagnostic {
	const level = severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
	const diagnostic = new vscode.Diagnostic(toRange(range), text(message), level);
	diagnostic.source = 'Eval Lens';
	diagnostic.code = message.code;
	return diagnostic;
}
