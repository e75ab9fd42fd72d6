import * as vscode from 'vscode';
import { rowsScheme } from '../contributions';
import { rooms } from '../rooms';
import { errorText } from '../text';
import type { HubConnections } from './hubConnection';
import { rowsText } from './rowsText';

/** First rows of datasets as documents that cannot be edited: one row a line, as JSON. */
export class FirstRowsDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
	readonly #registration: vscode.Disposable;

	constructor(private readonly connections: HubConnections) {
		this.#registration = vscode.workspace.registerTextDocumentContentProvider(rowsScheme, this);
	}

	async show(id: string, config: string, split: string): Promise<void> {
		// The path is for the tab's title only; what is asked for stands in the query.
		const named = (text: string) => text.replace(/[^\p{L}\p{N}._-]+/gu, '-');
		const name = `${named(config)}/${named(id.split('/').at(-1) ?? id)}-${named(split)}`;
		const uri = vscode.Uri.from({
			scheme: rowsScheme,
			path: `/${name}.jsonl`,
			query: JSON.stringify([id, config, split]),
		});
		await vscode.window.showTextDocument(uri, { preview: true });
	}

	/** Asked by the editor: also for a tab that was open when the window was closed. */
	async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
		const [id = '', config = '', split = ''] = partsOf(uri.query);
		const { datasetOutline } = await rooms();
		try {
			const outline = await datasetOutline(await this.connections.hub(), id, token);
			return rowsText(await outline.firstRows(config, split, token));
		} catch (error) {
			// Not thrown: the editor would wrap the sentence into its own, and offer to create the file.
			return `${errorText(error) ?? vscode.l10n.t('Cancelled')}\n`;
		}
	}

	dispose(): void {
		this.#registration.dispose();
	}
}

function partsOf(query: string): readonly string[] {
	try {
		const parts: unknown = JSON.parse(query);
		return Array.isArray(parts) ? parts.map(String) : [];
	} catch {
		return [];
	}
}
