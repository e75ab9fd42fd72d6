import * as vscode from 'vscode';
import { promptText } from '../../protocol/prompt';
import { promptLanguage, promptScheme } from '../contributions';
import type { OpenRuns } from './openRuns';
import { type PromptPlace, placeOf, promptPath } from './promptPlace';
import type { SelectedPair } from './resultsEditor';

/** The exact text of recorded prompts as read-only documents, for the native diff editor. */
export class PromptDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
	readonly #registration: vscode.Disposable;

	constructor(private readonly runs: OpenRuns) {
		this.#registration = vscode.workspace.registerTextDocumentContentProvider(promptScheme, this);
	}

	async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
		const { dir, model, variant, key } = placeOf(uri.query);
		const run = await this.runs.get(dir);
		const sample = await run.sample(model, variant, key);
		return sample ? promptText(sample) : '';
	}

	dispose(): void {
		this.#registration.dispose();
	}
}

function promptUri(place: PromptPlace): vscode.Uri {
	return vscode.Uri.from({ scheme: promptScheme, ...promptPath(place, promptLanguage.extension) });
}

/** Opens the two prompts of a question in VS Code's own diff editor. */
export async function openNativeDiff(dir: string, { model, base, variant, key }: SelectedPair): Promise<void> {
	const title = vscode.l10n.t('{0}: {1} ↔ {2}', key, base, variant);
	await vscode.commands.executeCommand(
		'vscode.diff',
		promptUri({ dir, model, variant: base, key }),
		promptUri({ dir, model, variant, key }),
		title,
	);
}
