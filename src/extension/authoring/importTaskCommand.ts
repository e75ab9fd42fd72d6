import path from 'node:path';
import * as vscode from 'vscode';
import { withoutLinks } from '../notification';
import { rooms } from '../rooms';
import { text } from '../text';
import { evaluationFileName } from './evaluationName';
import { evaluationFolder, writeNew } from './newFromDataset';

/** Makes an evaluation of a task file of lm-evaluation-harness. @param given Its file; absent: the person chooses it. */
export async function importTaskCommand(given?: vscode.Uri): Promise<vscode.Uri | undefined> {
	const file = given ?? (await chooseFile());
	const folder = file && (await evaluationFolder());
	if (!folder) {
		return undefined;
	}
	const { importTask } = await rooms();
	const { yaml, problems } = await importTask(file.fsPath, folder.fsPath);
	if (problems.some(({ severity }) => severity === 'error') || yaml === '') {
		await tellProblems(file, problems);
		return undefined;
	}
	const name = path.basename(file.fsPath).replace(/\.ya?ml$/i, '');
	const uri = await writeNew(folder, yaml, number => evaluationFileName(name, null, number));
	if (!uri) {
		return undefined;
	}
	await vscode.window.showTextDocument(uri);
	if (problems.length > 0) {
		void tellProblems(file, problems);
	}
	return uri;
}

type Problems = Awaited<ReturnType<Awaited<ReturnType<typeof rooms>>['importTask']>>['problems'];

async function tellProblems(file: vscode.Uri, problems: Problems): Promise<void> {
	const [first] = problems;
	if (!first) {
		return;
	}
	const open = vscode.l10n.t('Open Task File');
	const sentence = withoutLinks(
		problems.length === 1
			? text(first.message)
			: vscode.l10n.t('{0} (and {1} more)', text(first.message), problems.length - 1),
	);
	const isError = problems.some(({ severity }) => severity === 'error');
	const chosen = await (isError
		? vscode.window.showErrorMessage(sentence, open)
		: vscode.window.showWarningMessage(sentence, open));
	if (chosen === open) {
		await vscode.window.showTextDocument(file);
	}
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
	const chosen = await vscode.window.showOpenDialog({
		title: vscode.l10n.t('Import Task File'),
		openLabel: vscode.l10n.t('Import'),
		filters: { [vscode.l10n.t('Task files of lm-evaluation-harness')]: ['yaml', 'yml'] },
	});
	return chosen?.[0];
}
