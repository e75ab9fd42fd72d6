import path from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../../protocol/failure';
import type { Message } from '../../protocol/messages';
import type { EvaluateOptions } from '../../run/options';
import { limitOf } from '../../run/record';
import { setting } from '../commands';
import { resultsEditor } from '../contributions';
import type { Keys } from '../keys/keys';
import { withoutLinks } from '../notification';
import { rooms } from '../rooms';
import { errorText, text } from '../text';
import type { RunEntry } from './runIndex';
import { showPlan } from './runPlan';
import type { EndedRun, RunQueue, RunRequest } from './runQueue';
import { progressText } from './runText';

type PlanOptions = Omit<EvaluateOptions, 'token' | 'onProgress'>;

/** Starting runs, and what happens when one has ended. */
export class RunActions implements vscode.Disposable {
	readonly #subscription: vscode.Disposable;

	constructor(
		private readonly queue: RunQueue,
		private readonly log: vscode.LogOutputChannel,
		private readonly keys: Keys,
	) {
		this.#subscription = queue.onDidEnd(ended => this.#ended(ended));
	}

	/** Asks for a run of an evaluation; resolves when it has ended. */
	async run(uri: vscode.Uri, limit?: number): Promise<EndedRun | undefined> {
		if (!isTrusted() || !(await isSaved(uri))) {
			return undefined;
		}
		const file = uri.fsPath;
		return this.queue.add({ file, name: path.basename(file), ...(limit !== undefined && { limit }) });
	}

	/** Tells what a run would take, and runs it where the person says so. */
	async plan(uri: vscode.Uri, optionsFor: (file: string) => Promise<PlanOptions>): Promise<EndedRun | undefined> {
		if (!isTrusted() || !(await isSaved(uri))) {
			return undefined;
		}
		const name = path.basename(uri.fsPath);
		const { planRun } = await rooms();
		const models = await vscode.window.withProgress(
			{ location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Planning {0}', name), cancellable: true },
			async (progress, token) =>
				planRun({
					...(await optionsFor(uri.fsPath)),
					token,
					onProgress: told => progress.report({ message: progressText(told) }),
				}),
		);
		return (await showPlan(name, models)) === 'run' ? this.run(uri) : undefined;
	}

	/** Continues an unfinished run in its folder, or does a finished one once more in a new one. */
	async again(entry: RunEntry, how: 'resume' | 'anew'): Promise<EndedRun | undefined> {
		if (!isTrusted() || !(await isSaved(vscode.Uri.file(entry.file)))) {
			return undefined;
		}
		const limit = limitOf(entry.record);
		return this.queue.add({
			file: entry.file,
			name: entry.record.evaluation.name,
			...(limit !== undefined && { limit }),
			...(how === 'resume' && { out: entry.dir }),
		});
	}

	dispose(): void {
		this.#subscription.dispose();
	}

	async #ended({ request, result, error }: EndedRun): Promise<void> {
		if (result?.record.state === 'done') {
			this.log.info(`${result.dir}: ${result.record.total} samples in ${result.record.seconds.toFixed(1)} s`);
			if (setting('evalLens.openResultsWhenDone', vscode.Uri.file(request.file))) {
				await openResults(result.dir);
			}
		} else if (result?.record.state === 'failed') {
			await this.#tellFailure(result.record.reason, request, result.dir);
		} else if (error !== undefined) {
			await this.#tellRefusal(error, request);
		}
	}

	/** A run that stopped on its way: what is recorded is kept, so it can go on. */
	async #tellFailure(message: Message | null, request: RunRequest, dir: string): Promise<void> {
		const reason = message ? text(message) : '';
		this.log.error(`${dir}: ${reason}`);
		if (message && (await this.#toldOfKey(message, { ...request, out: dir }))) {
			return;
		}
		const resume = vscode.l10n.t('Resume');
		const showLog = vscode.l10n.t('Show Log');
		const chosen = await vscode.window.showErrorMessage(withoutLinks(reason), resume, showLog);
		if (chosen === resume) {
			await this.queue.add({ ...request, out: dir });
		} else if (chosen === showLog) {
			this.log.show(true);
		}
	}

	/** A run that could not begin. */
	async #tellRefusal(error: unknown, request: RunRequest): Promise<void> {
		const { InvalidEvaluation } = await rooms();
		const reason = errorText(error);
		if (reason === null) {
			return;
		}
		this.log.error(error instanceof Error ? error : reason);
		if (error instanceof InvalidEvaluation) {
			const show = vscode.l10n.t('Show Problems');
			if ((await vscode.window.showErrorMessage(withoutLinks(reason), show)) === show) {
				await vscode.window.showTextDocument(vscode.Uri.file(request.file));
				await vscode.commands.executeCommand('workbench.actions.view.problems');
			}
			return;
		}
		if (error instanceof Failure && (await this.#toldOfKey(error.reason, request))) {
			return;
		}
		const showLog = vscode.l10n.t('Show Log');
		if ((await vscode.window.showErrorMessage(withoutLinks(reason), showLog)) === showLog) {
			this.log.show(true);
		}
	}

	/** A stored key that its server refused can be replaced at once, and the run goes on. @returns Whether it was one. */
	async #toldOfKey(message: Message, request: RunRequest): Promise<boolean> {
		const host = message.code === 'endpoint.key-refused' ? String(message.params.host) : null;
		const name = host === null ? null : this.keys.storedFor(host);
		if (host === null || name === null) {
			return false;
		}
		const replace = vscode.l10n.t('Replace Key…');
		const chosen = await vscode.window.showErrorMessage(withoutLinks(text(message)), replace);
		if (chosen === replace && (await this.keys.replace(name, host))) {
			await this.queue.add(request);
		}
		return true;
	}
}

export async function openResults(dir: string): Promise<void> {
	const uri = vscode.Uri.file(path.join(dir, 'run.json'));
	await vscode.commands.executeCommand('vscode.openWith', uri, resultsEditor.viewType);
}

/** The status bar's menu. */
export async function showRunMenu(queue: RunQueue, log: vscode.LogOutputChannel): Promise<void> {
	const [run, ...waiting] = queue.runs;
	if (!run) {
		return;
	}
	const { dir } = run;
	const items = [
		{ label: `$(debug-stop) ${vscode.l10n.t('Cancel')}`, act: () => run.cancel() },
		...(waiting.length > 0
			? [{ label: `$(close-all) ${vscode.l10n.t('Cancel all, also those that wait')}`, act: () => queue.cancelAll() }]
			: []),
		...(dir ? [{ label: `$(table) ${vscode.l10n.t('Open the results so far')}`, act: () => openResults(dir) }] : []),
		{ label: `$(output) ${vscode.l10n.t('Show Log')}`, act: () => log.show(true) },
	];
	const title = run.record?.evaluation.name ?? run.request.name;
	await (await vscode.window.showQuickPick(items, { title }))?.act();
}

/** A command can be called though its menu is grey: running is refused here, with the way out. */
function isTrusted(): boolean {
	if (!vscode.workspace.isTrusted) {
		void offerTrust();
	}
	return vscode.workspace.isTrusted;
}

async function offerTrust(): Promise<void> {
	const manage = vscode.l10n.t('Manage Workspace Trust');
	const chosen = await vscode.window.showWarningMessage(
		vscode.l10n.t(
			'This folder is in Restricted Mode. An evaluation names the model files that are loaded, so it runs only in a folder that you trust.',
		),
		manage,
	);
	if (chosen === manage) {
		await vscode.commands.executeCommand('workbench.trust.manage');
	}
}

/** A run reads the file as it stands in the editor: what was typed is saved first, as with a debugger. */
async function isSaved(uri: vscode.Uri): Promise<boolean> {
	const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
	return !open?.isDirty || open.save();
}
