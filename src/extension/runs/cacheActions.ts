import path from 'node:path';
import * as vscode from 'vscode';
import type { Cache } from '../../run/caches';
import { bytesText } from '../numbers';
import { rooms } from '../rooms';

interface CacheItem extends vscode.QuickPickItem {
	readonly cache: Cache;
}

/** Shows what is kept to save time and how large it is, and deletes what is chosen. */
export async function clearCaches(evaluationFiles: readonly vscode.Uri[]): Promise<void> {
	const { findCaches, clearCache } = await rooms();
	const caches = await findCaches(evaluationFiles.map(({ fsPath }) => path.dirname(fsPath)));
	const held = caches.filter(({ bytes }) => bytes > 0);
	if (held.length === 0) {
		void vscode.window.showInformationMessage(vscode.l10n.t('The caches of Eval Lens are empty.'));
		return;
	}
	const items = held.map(
		(cache): CacheItem => ({
			label: titleOf(cache),
			description: bytesText(cache.bytes, vscode.env.language),
			detail: cache.folder,
			cache,
		}),
	);
	const chosen = await vscode.window.showQuickPick(items, {
		canPickMany: true,
		title: vscode.l10n.t('Clear Caches'),
		placeHolder: vscode.l10n.t('What is chosen is deleted. Runs keep their results.'),
	});
	for (const { cache } of chosen ?? []) {
		await clearCache(cache);
	}
	if (chosen && chosen.length > 0) {
		const bytes = chosen.reduce((sum, { cache }) => sum + cache.bytes, 0);
		void vscode.window.showInformationMessage(
			vscode.l10n.t('{0} are free again.', bytesText(bytes, vscode.env.language)),
		);
	}
}

function titleOf({ kind, folder }: Cache): string {
	switch (kind) {
		case 'answers': {
			const evaluations = vscode.workspace.asRelativePath(path.dirname(path.dirname(folder)));
			return vscode.l10n.t('Answers of models to the evaluations in {0}', evaluations);
		}
		case 'graphs':
			return vscode.l10n.t('Models rewritten to compute faster');
	}
}
