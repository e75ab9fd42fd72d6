import path from 'node:path';
import * as vscode from 'vscode';
import { cancelOpenJobs } from '../jobs/cancelJob';
import type { JobIndex } from '../jobs/jobIndex';
import { rooms } from '../rooms';
import type { RunEntry } from './runIndex';

/** Asks for a form and a place, and writes the run there. */
export async function exportRunAs({ dir, record }: RunEntry, dist: string): Promise<void> {
	const { exportRun, exportFormats } = await rooms();
	const forms = {
		html: { label: 'HTML', description: vscode.l10n.t('one page to read and pass on, needs no program but a browser') },
		jsonl: { label: 'JSONL', description: vscode.l10n.t('one sample a line') },
		csv: { label: 'CSV', description: vscode.l10n.t('one sample a row, for a spreadsheet') },
		parquet: { label: 'Parquet', description: vscode.l10n.t('typed columns, for pandas or DuckDB') },
	} as const satisfies Record<(typeof exportFormats)[number], { label: string; description: string }>;
	const form = await vscode.window.showQuickPick(
		exportFormats.map(format => ({ ...forms[format], format })),
		{ placeHolder: vscode.l10n.t('Export {0} as …', record.evaluation.name) },
	);
	if (!form) {
		return;
	}
	const name = `${record.evaluation.name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}-${record.id}.${form.format}`;
	const target = await vscode.window.showSaveDialog({
		defaultUri: vscode.Uri.file(path.join(dir, name)),
		filters: { [form.label]: [form.format] },
	});
	if (!target) {
		return;
	}
	const file = await vscode.window.withProgress(
		{ location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Exporting {0}', record.evaluation.name) },
		() => exportRun(dir, form.format, dist, target.fsPath),
	);
	const open = vscode.l10n.t('Open');
	const reveal = vscode.l10n.t('Reveal');
	const chosen = await vscode.window.showInformationMessage(
		vscode.l10n.t('Exported to {0}', path.basename(file)),
		...(form.format === 'parquet' ? [reveal] : [open, reveal]),
	);
	if (chosen === open) {
		await (form.format === 'html'
			? vscode.env.openExternal(vscode.Uri.file(file))
			: vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file)));
	} else if (chosen === reveal) {
		await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(file));
	}
}

/** Moves the run folder to the trash, after asking; never one that is needed to find a job that may still run. */
export async function deleteRun({ dir, record }: RunEntry, jobs: JobIndex): Promise<boolean> {
	const notFound = await cancelOpenJobs(dir, jobs);
	if (notFound === null) {
		return false;
	}
	const remove = vscode.l10n.t('Move to Trash');
	const chosen = await vscode.window.showWarningMessage(
		vscode.l10n.t('Delete this run of {0}?', record.evaluation.name),
		{ modal: true, detail: [dir, ...notFound].join('\n\n') },
		remove,
	);
	if (chosen !== remove) {
		return false;
	}
	const uri = vscode.Uri.file(dir);
	try {
		await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
	} catch {
		// Remote file systems have no trash.
		const forever = vscode.l10n.t('Delete Permanently');
		const sure = await vscode.window.showWarningMessage(
			vscode.l10n.t('There is no trash here. Delete this run of {0} for ever?', record.evaluation.name),
			{ modal: true, detail: dir },
			forever,
		);
		if (sure !== forever) {
			return false;
		}
		await vscode.workspace.fs.delete(uri, { recursive: true });
	}
	return true;
}
