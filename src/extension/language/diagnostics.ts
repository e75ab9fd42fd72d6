import path from 'node:path';
import * as vscode from 'vscode';
import type { Problem } from '../../config/problem';
import { rooms } from '../rooms';
import { text } from '../text';
import type { Analysis } from './analysis/analysis';
import type { Found } from './analysis/edits';
import { analyseOptions, type EvaluationDocuments, evaluationSelector, toRange } from './evaluationDocuments';
import type { DatasetKnowledge } from './knowledge/knowledge';
import type { KnowledgeSource } from './knowledgeSource';
import { isSchemaProblem } from './schemaProblems';
import { isServedElsewhere } from './yamlServices';

/** Milliseconds that problems wait for what the Hub knows; they are looked for again when it comes later. */
const patience = 300;

interface Shown extends Found {
	readonly diagnostic: vscode.Diagnostic;
}

/** What was found in a text, as it was read. */
interface Checked {
	readonly analysis: Analysis;
	readonly dataset: DatasetKnowledge | null;
	/** With what another extension says of it in its own words: it has no quick fix. */
	readonly found: readonly Shown[];
}

/** Problems of open evaluations as one types, and the quick fixes for those that know theirs. */
export class Diagnostics implements vscode.CodeActionProvider, vscode.Disposable {
	static readonly kinds = [vscode.CodeActionKind.QuickFix];

	readonly #collection = vscode.languages.createDiagnosticCollection('eval-lens');
	readonly #shown = new Map<string, Checked>();
	readonly #subscriptions: vscode.Disposable;

	constructor(
		private readonly documents: EvaluationDocuments,
		private readonly source: KnowledgeSource,
	) {
		this.#subscriptions = vscode.Disposable.from(
			this.#collection,
			documents.onDidChange(document => this.#check(document)),
			documents.onDidClose(uri => this.#clear(uri)),
			source.onDidLearn(() => this.#checkAll()),
			vscode.extensions.onDidChange(() => this.#checkAll()),
			vscode.workspace.onDidChangeConfiguration(
				change => change.affectsConfiguration('yaml.validate') && this.#checkAll(),
			),
			vscode.languages.registerCodeActionsProvider(evaluationSelector, this, {
				providedCodeActionKinds: Diagnostics.kinds,
			}),
		);
		this.#checkAll();
	}

	async provideCodeActions(
		document: vscode.TextDocument,
		range: vscode.Range,
		context: vscode.CodeActionContext,
		token: vscode.CancellationToken,
	): Promise<vscode.CodeAction[]> {
		const checked = this.#shown.get(document.uri.toString());
		// Edits are offsets of the text that was checked.
		if (checked?.analysis.source.text !== document.getText()) {
			return [];
		}
		const { language } = await rooms();
		const options = await analyseOptions(document.uri);
		const { analysis, dataset } = checked;
		const { version } = document;
		const actions: vscode.CodeAction[] = [];
		for (const one of checked.found.filter(({ diagnostic }) => diagnostic.range.intersection(range))) {
			if (token.isCancellationRequested) {
				break;
			}
			for (const { title, edits, isPreferred } of await language.mending(analysis, one, dataset, options)) {
				const action = new vscode.CodeAction(text(title), vscode.CodeActionKind.QuickFix);
				action.edit = new vscode.WorkspaceEdit();
				for (const { start, end, text: put } of edits) {
					const place = new vscode.Range(document.positionAt(start), document.positionAt(end));
					action.edit.replace(document.uri, place, put);
				}
				action.isPreferred = isPreferred;
				// The host links an action to its Problem by the objects that it handed over, not by ours.
				action.diagnostics = context.diagnostics.filter(given => given.range.isEqual(one.diagnostic.range));
				actions.push(action);
			}
		}
		return document.version === version ? actions : [];
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
		const [{ language }, { analysis }, knowledge] = await Promise.all([
			rooms(),
			this.documents.read(document),
			this.source.of(document, patience),
		]);
		const request = language.datasetRequest(analysis);
		const dataset = request && (await knowledge.dataset(request));
		// Typed on, or closed, meanwhile.
		if (document.version !== version || document.isClosed) {
			return;
		}
		const elsewhere = isServedElsewhere(document, 'validate');
		const found = language
			.problemsOf(analysis, dataset)
			.map((one): Shown => ({ ...one, diagnostic: toDiagnostic(one.problem, document.uri) }));
		this.#shown.set(document.uri.toString(), { analysis, dataset, found });
		this.#collection.set(
			document.uri,
			found
				.filter(({ problem }) => !elsewhere || !isSchemaProblem(problem.message.code))
				.map(({ diagnostic }) => diagnostic),
		);
	}

	#clear(uri: vscode.Uri): void {
		this.#shown.delete(uri.toString());
		this.#collection.delete(uri);
	}
}

function toDiagnostic({ severity, message, range, file }: Problem, uri: vscode.Uri): vscode.Diagnostic {
	const level = severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
	// What is wrong in a task file is told where the evaluation begins, with the way there.
	const shown = file === undefined ? toRange(range) : new vscode.Range(0, 0, 0, 0);
	const diagnostic = new vscode.Diagnostic(shown, text(message), level);
	diagnostic.source = 'Eval Lens';
	diagnostic.code = message.code;
	if (file !== undefined) {
		const place = new vscode.Location(vscode.Uri.file(path.resolve(path.dirname(uri.fsPath), file)), toRange(range));
		diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(place, file)];
	}
	return diagnostic;
}
