import * as vscode from 'vscode';
import { rooms } from '../rooms';
import { type EvaluationDocuments, evaluationSelector, isEvaluation } from './evaluationDocuments';
import type { KnowledgeSource } from './knowledgeSource';
import { markdownString } from './markdown';
import { given, isServedElsewhere, yamlService } from './yamlServices';

/** What stands at the pointer: a preset, dataset, model, column or filter; else the field, as the schema describes it. */
export class Hovers implements vscode.HoverProvider, vscode.Disposable {
	readonly #registration = vscode.languages.registerHoverProvider(evaluationSelector, this);

	constructor(
		private readonly documents: EvaluationDocuments,
		private readonly source: KnowledgeSource,
	) {}

	async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
		if (!isEvaluation(document)) {
			return undefined;
		}
		const [{ language }, { analysis }, knowledge] = await Promise.all([
			rooms(),
			this.documents.read(document),
			this.source.of(document),
		]);
		const own = await language.explanationAt(analysis, document.offsetAt(position), knowledge);
		const elsewhere = isServedElsewhere(document, 'hover');
		if (own && !(elsewhere && own.inSchema)) {
			const [start, end] = own.range;
			const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
			return new vscode.Hover(markdownString(own.text), range);
		}
		if (elsewhere || !document.getWordRangeAtPosition(position)) {
			return undefined;
		}
		const found = await (await yamlService()).hover(given(document), position);
		return found ? new vscode.Hover(new vscode.MarkdownString(found.text)) : undefined;
	}

	dispose(): void {
		this.#registration.dispose();
	}
}
