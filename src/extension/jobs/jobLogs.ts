import * as vscode from 'vscode';
import type { AnyLauncher } from '../../launch/launchers';
import type { WorkspaceJob } from '../../run/workspaceJobs';
import { errorText } from '../text';
import { modelText, whereText } from './jobText';

interface OpenLog {
	readonly channel: vscode.OutputChannel;
	readonly source: vscode.CancellationTokenSource;
	isFollowed: boolean;
}

/** What jobs write, each in an output channel of its own that follows until the job ends. */
export class JobLogs implements vscode.Disposable {
	readonly #open = new Map<string, OpenLog>();

	/** Shows a log, and begins to follow it where nobody does yet. */
	show(job: WorkspaceJob, launcherFor: () => Promise<AnyLauncher>): void {
		let log = this.#open.get(job.label);
		if (!log) {
			const name = `${modelText(job)}, ${whereText(job)} (${job.label.slice(-6)})`;
			const channel = vscode.window.createOutputChannel(`Eval Lens: ${name}`, 'log');
			log = { channel, source: new vscode.CancellationTokenSource(), isFollowed: false };
			this.#open.set(job.label, log);
		}
		log.channel.show(true);
		if (!log.isFollowed) {
			log.isFollowed = true;
			void this.#follow(log, job, launcherFor);
		}
	}

	dispose(): void {
		for (const { channel, source } of this.#open.values()) {
			source.cancel();
			source.dispose();
			channel.dispose();
		}
		this.#open.clear();
	}

	async #follow(log: OpenLog, { handle }: WorkspaceJob, launcherFor: () => Promise<AnyLauncher>): Promise<void> {
		const { channel, source } = log;
		channel.clear();
		try {
			const launcher = await launcherFor();
			await launcher.logs(handle, line => channel.appendLine(line), source.token);
			channel.appendLine(`— ${vscode.l10n.t('the log ends here')} —`);
		} catch (error) {
			const sentence = errorText(error);
			if (sentence !== null) {
				channel.appendLine(`— ${sentence} —`);
			}
		} finally {
			// Asked for again it is read anew.
			log.isFollowed = false;
		}
	}
}
