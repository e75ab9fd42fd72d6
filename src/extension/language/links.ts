import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { rooms } from '../rooms';
import type { Link } from './analysis/links';
import { type EvaluationDocuments, evaluationSelector } from './evaluationDocuments';
import type { KnowledgeSource } from './knowledgeSource';

/** Links from datasets, models and task files to their files, or to their pages on the Hub. */
export class Links implements vscode.DocumentLinkProvider, vscode.Disposable {
	readonly #registration = vscode.languages.registerDocumentLinkProvider(evaluationSelector, this);

	constructor(
		private readonly documents: EvaluationDocuments,
		private readonly source: KnowledgeSource,
	) {}

	async provideDocumentLinks(document: vscode.TextDocument): Promise<vscode.DocumentLink[]> {
		const [{ language }, { analysis }, knowledge] = await Promise.all([
			rooms(),
			this.documents.read(document),
			this.source.of(document),
		]);
		const links = await Promise.all(
			language.linksOf(analysis).map(async link => {
				const [start, end] = link.range;
				const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
				const local =
					document.uri.scheme === 'file' ? await localLink(link, path.dirname(document.uri.fsPath), range) : null;
				if (local || !link.isHubId || link.kind === 'file') {
					return local;
				}
				const page = new vscode.DocumentLink(range, vscode.Uri.parse(knowledge.url(link.kind, link.target)));
				page.tooltip = vscode.l10n.t('Open on the Hub');
				return page;
			}),
		);
		return links.filter(link => link !== null);
	}

	dispose(): void {
		this.#registration.dispose();
	}
}

async function localLink({ target }: Link, folder: string, range: vscode.Range): Promise<vscode.DocumentLink | null> {
	const full = path.resolve(folder, target);
	const found = await stat(full).catch(() => null);
	if (!found) {
		return null;
	}
	const uri = vscode.Uri.file(full);
	const link = new vscode.DocumentLink(range, found.isDirectory() ? revealing(uri) : uri);
	link.tooltip = found.isDirectory() ? vscode.l10n.t('Reveal in the Explorer') : vscode.l10n.t('Open the file');
	return link;
}

/** A folder cannot be opened in an editor. */
function revealing(uri: vscode.Uri): vscode.Uri {
	return vscode.Uri.parse(`command:revealInExplorer?${encodeURIComponent(JSON.stringify([uri]))}`);
}
