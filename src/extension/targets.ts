import path from 'node:path';
import * as vscode from 'vscode';
import { isEvaluationName } from './contributions';
import type { EvaluationFiles } from './evaluationFiles';
import { isEvaluation } from './language/evaluationDocuments';
import type { RunEntry, RunIndex } from './runs/runIndex';
import type { ActiveRun, RunQueue } from './runs/runQueue';
import { runDescription } from './runs/runText';

/** What the places that commands are called from hand over: a file, a row of a tree, a run folder, or nothing. */
export type Given = unknown;

/** The evaluation that a command is about: what was handed over, the editor in front, or what the person picks. */
export async function evaluationTarget(
	given: Given,
	files: EvaluationFiles,
	previewed: vscode.Uri | null,
): Promise<vscode.Uri | undefined> {
	const handed = uriOf(given);
	if (handed) {
		return handed;
	}
	return evaluationInFront() ?? previewed ?? pickEvaluation(await files.list());
}

/** The tab knows a file a moment before its text has an editor; a document in a diff has an editor, and no tab of its own. */
function evaluationInFront(): vscode.Uri | undefined {
	const editor = vscode.window.activeTextEditor;
	if (editor && isEvaluation(editor.document)) {
		return editor.document.uri;
	}
	const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
	return input instanceof vscode.TabInputText && isEvaluation(input) ? input.uri : undefined;
}

/** The run that a command is about: what was handed over, the results in front, or what the person picks. */
export async function runTarget(
	given: Given,
	index: RunIndex,
	active: string | null,
	suits: (run: RunEntry) => boolean = () => true,
): Promise<RunEntry | undefined> {
	const dir = folderOf(given) ?? active;
	if (dir !== null) {
		return index.at(dir);
	}
	const runs = await index.all();
	const uri = uriOf(given);
	return pickRun(runs.filter(run => suits(run) && (!uri || run.file === uri.fsPath)));
}

/** The run of this window that a tree row or an evaluation file stands for. */
export function activeRunTarget(given: Given, queue: RunQueue): ActiveRun | undefined {
	const dir = folderOf(given);
	const uri = uriOf(given);
	return queue.runs.find(
		run =>
			(typeof given === 'object' && given !== null && 'run' in given && given.run === run) ||
			(dir !== null && run.dir === dir) ||
			run.request.file === uri?.fsPath,
	);
}

function uriOf(given: Given): vscode.Uri | undefined {
	const value = typeof given === 'object' && given !== null && 'uri' in given ? given.uri : given;
	return value instanceof vscode.Uri && isEvaluationName(value.path) ? value : undefined;
}

/** The variant of a tree row. */
export function variantOf(given: Given): string | undefined {
	return typeof given === 'object' && given !== null && 'name' in given && typeof given.name === 'string'
		? given.name
		: undefined;
}

export function folderOf(given: Given): string | null {
	if (typeof given === 'string') {
		return given;
	}
	if (given instanceof vscode.Uri) {
		return path.basename(given.fsPath) === 'run.json' ? path.dirname(given.fsPath) : null;
	}
	if (typeof given !== 'object' || given === null) {
		return null;
	}
	const holder = 'entry' in given ? given.entry : 'run' in given ? given.run : given;
	const isHolder = typeof holder === 'object' && holder !== null && 'dir' in holder;
	return isHolder && typeof holder.dir === 'string' ? holder.dir : null;
}

async function pickEvaluation(files: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
	if (files.length <= 1) {
		if (!files[0]) {
			void vscode.window.showInformationMessage(vscode.l10n.t('There is no evaluation (*.eval.yaml) in this folder.'));
		}
		return files[0];
	}
	const picked = await vscode.window.showQuickPick(
		files.map(uri => ({ label: path.basename(uri.fsPath), description: vscode.workspace.asRelativePath(uri), uri })),
		{ placeHolder: vscode.l10n.t('Which evaluation?') },
	);
	return picked?.uri;
}

async function pickRun(runs: readonly RunEntry[]): Promise<RunEntry | undefined> {
	if (runs.length === 0) {
		void vscode.window.showInformationMessage(vscode.l10n.t('There is no such run yet.'));
		return undefined;
	}
	const picked = await vscode.window.showQuickPick(
		runs.map(run => ({
			label: run.record.evaluation.name,
			description: runDescription(run, null),
			detail: path.basename(run.dir),
			run,
		})),
		{ placeHolder: vscode.l10n.t('Which run?') },
	);
	return picked?.run;
}
