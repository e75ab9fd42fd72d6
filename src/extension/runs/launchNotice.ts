import * as vscode from 'vscode';
import { withoutLinks } from '../notification';
import { throttled } from '../throttle';
import type { ActiveRun, RunQueue } from './runQueue';
import { progressText } from './runText';

/** While a server is started, which takes minutes and may cost: a notification of where it stands, with a way out. */
export class LaunchNotice implements vscode.Disposable {
	readonly #subscriptions: vscode.Disposable;
	#shown: { readonly run: ActiveRun; report(text: string): void; end(): void } | undefined;

	constructor(private readonly queue: RunQueue) {
		const draw = throttled(() => this.#draw(), 500);
		this.#subscriptions = vscode.Disposable.from(
			draw,
			queue.onDidChange(draw),
			queue.onDidEnd(() => this.#draw()),
		);
	}

	dispose(): void {
		this.#subscriptions.dispose();
		this.#shown?.end();
	}

	#draw(): void {
		const run = this.queue.runs[0];
		// Before there is a job, the person is still asked.
		const launching = run?.progress?.phase === 'launching' && run.progress.job ? run : undefined;
		if (this.#shown && this.#shown.run !== launching) {
			this.#shown.end();
			this.#shown = undefined;
		}
		if (launching) {
			this.#shown ??= show(launching);
			this.#shown.report(progressText(launching.progress));
		}
	}
}

function show(run: ActiveRun) {
	let end = () => {};
	let report: (text: string) => void = () => {};
	const ended = new Promise<void>(resolve => {
		end = resolve;
	});
	const title = withoutLinks(vscode.l10n.t('Starting a server for {0}', run.progress?.model ?? run.request.name));
	const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
	void vscode.window.withProgress(options, async (progress, token) => {
		token.onCancellationRequested(() => run.cancel());
		report = message => progress.report({ message: withoutLinks(message) });
		await ended;
	});
	return { run, report: (text: string) => report(text), end };
}
