import * as vscode from 'vscode';
import type { Offsets } from '../../config/yamlText';
import { rooms } from '../rooms';
import { type EvaluationDocuments, evaluationSelector } from './evaluationDocuments';

/** Go to, find and rename the variants of an evaluation. */
export class VariantNavigation
	implements
		vscode.DefinitionProvider,
		vscode.ReferenceProvider,
		vscode.DocumentHighlightProvider,
		vscode.RenameProvider,
		vscode.Disposable
{
	readonly #registrations = vscode.Disposable.from(
		vscode.languages.registerDefinitionProvider(evaluationSelector, this),
		vscode.languages.registerReferenceProvider(evaluationSelector, this),
		vscode.languages.registerDocumentHighlightProvider(evaluationSelector, this),
		vscode.languages.registerRenameProvider(evaluationSelector, this),
	);

	constructor(private readonly documents: EvaluationDocuments) {}

	async provideDefinition(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Location[]> {
		const found = await this.#named(document, position);
		return found.filter(({ isDefinition }) => isDefinition).map(({ range }) => locationOf(document, range));
	}

	async provideReferences(
		document: vscode.TextDocument,
		position: vscode.Position,
		{ includeDeclaration }: vscode.ReferenceContext,
	): Promise<vscode.Location[]> {
		const found = await this.#named(document, position);
		return found
			.filter(({ isDefinition }) => includeDeclaration || !isDefinition)
			.map(({ range }) => locationOf(document, range));
	}

	async provideDocumentHighlights(
		document: vscode.TextDocument,
		position: vscode.Position,
	): Promise<vscode.DocumentHighlight[]> {
		const found = await this.#named(document, position);
		return found.map(({ range }) => new vscode.DocumentHighlight(rangeIn(document, range)));
	}

	async prepareRename(
		document: vscode.TextDocument,
		position: vscode.Position,
	): Promise<{ readonly range: vscode.Range; readonly placeholder: string }> {
		const { language } = await rooms();
		const { analysis } = await this.documents.read(document);
		const at = language.variantNameAt(analysis, document.offsetAt(position));
		if (!at) {
			throw new Error(vscode.l10n.t('Only names of variants can be renamed.'));
		}
		return { range: rangeIn(document, language.nameRange(analysis, at)), placeholder: at.name };
	}

	async provideRenameEdits(
		document: vscode.TextDocument,
		position: vscode.Position,
		newName: string,
	): Promise<vscode.WorkspaceEdit> {
		const { language } = await rooms();
		const { analysis } = await this.documents.read(document);
		const at = language.variantNameAt(analysis, document.offsetAt(position));
		const edit = new vscode.WorkspaceEdit();
		if (!at) {
			return edit;
		}
		switch (language.badVariantName(analysis, at.name, newName)) {
			case 'empty':
				throw new Error(vscode.l10n.t('A variant needs a name.'));
			case 'taken':
				throw new Error(vscode.l10n.t('There is a variant {0} already.', newName));
			case null:
		}
		for (const { start, end, text } of language.renameVariant(analysis, at.name, newName)) {
			edit.replace(document.uri, rangeIn(document, [start, end]), text);
		}
		return edit;
	}

	dispose(): void {
		this.#registrations.dispose();
	}

	/** Every place where the variant at a position is named. */
	async #named(document: vscode.TextDocument, position: vscode.Position) {
		const { language } = await rooms();
		const { analysis } = await this.documents.read(document);
		const at = language.variantNameAt(analysis, document.offsetAt(position));
		return at ? language.variantNames(analysis).filter(({ name }) => name === at.name) : [];
	}
}

function rangeIn(document: vscode.TextDocument, [start, end]: Offsets): vscode.Range {
	return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

function locationOf(document: vscode.TextDocument, offsets: Offsets): vscode.Location {
	return new vscode.Location(document.uri, rangeIn(document, offsets));
}
