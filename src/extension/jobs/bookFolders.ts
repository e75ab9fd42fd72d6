import path from 'node:path';
import * as vscode from 'vscode';

/**
 * Run folders of the workspace for which something was started elsewhere, whether their evaluation is still there or not.
 * Nothing is loaded for it, and no file read.
 */
export async function bookFolders(atMost?: number): Promise<readonly string[]> {
	const found = await vscode.workspace.findFiles('**/.evals/*/*/jobs.json', '**/{node_modules,.git}/**', atMost);
	return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => path.dirname(fsPath));
}
