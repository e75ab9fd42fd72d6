import * as vscode from 'vscode';
import { setContext } from '../commands';
import type { CommandId, ViewId } from '../contributions';
import { throttled } from '../throttle';
import type { RunQueue } from './runQueue';
import { activeRunText, deviceText } from './runText';

/** Shows that something runs: the status bar with what is left, a bar over the tree, and a context key. */
export class RunIndicator implements vscode.Disposable {
	readonly #item = vscode.window.createStatusBarItem('evalLens.run', vscode.StatusBarAlignment.Left);
	readonly #subscriptions: vscode.Disposable;
	#endProgress: (() => void) | undefined;

	constructor(private readonly queue: RunQueue) {
		this.#item.name = vscode.l10n.t('Eval Lens: running evaluation');
		this.#item.command = 'evalLens.runMenu' satisfies CommandId;
		const draw = throttled(() => this.#draw(), 250);
		this.#subscriptions = vscode.Disposable.from(
			this.#item,
			draw,
			queue.onDidChange(draw),
			// At once, so that nobody sees a run that has ended for another quarter of a second.
			queue.onDidEnd(() => this.#draw()),
		);
	}

	dispose(): void {
		this.#subscriptions.dispose();
		this.#endProgress?.();
	}

	#draw(): void {
		const [run, ...waiting] = this.queue.runs;
		setContext('evalLens.running', run !== undefined);
		if (!run) {
			this.#item.hide();
			this.#endProgress?.();
			this.#endProgress = undefined;
			return;
		}
		const name = run.record?.evaluation.name ?? run.request.name;
		const more = waiting.length > 0 ? ` +${waiting.length}` : '';
		const device = deviceText(run);
		const on = device ? ` · ${device.name}` : '';
		const does = vscode.l10n.t('Cancel, or look at the results so far');
		this.#item.text = `$(sync~spin) ${name} · ${activeRunText(run)}${on}${more}`;
		this.#item.tooltip = device ? `${does}\n${device.why}` : does;
		this.#item.accessibilityInformation = { label: `${name} ${activeRunText(run)}${on}`, role: 'button' };
		this.#item.show();
		this.#endProgress ??= showViewProgress();
	}
}

/** The bar over the tree, until the function that comes back is called. */
function showViewProgress(): () => void {
	let end = () => {};
	const ended = new Promise<void>(resolve => {
		end = resolve;
	});
	void vscode.window.withProgress({ location: { viewId: 'evalLens.runs' satisfies ViewId } }, () => ended);
	return end;
}
