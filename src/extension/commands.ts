import * as vscode from 'vscode';
import type { CommandId, ContextKeys, NumberSettingId, SwitchId, TextSettingId } from './contributions';
import { settings } from './contributions';

/** What a command does with whatever the menu, CodeLens or test that calls it hands over; nothing from the palette. */
export type CommandHandlers = Readonly<Record<CommandId, (...args: readonly unknown[]) => unknown>>;

/** Registers every command that package.json contributes; one without a handler does not compile. */
export function registerCommands(handlers: CommandHandlers, onError: (error: unknown) => void): vscode.Disposable {
	return vscode.Disposable.from(
		...Object.entries(handlers).map(([id, handler]) =>
			vscode.commands.registerCommand(id, async (...args: unknown[]) => {
				try {
					return await handler(...args);
				} catch (error) {
					onError(error);
				}
			}),
		),
	);
}

/** A link to one of our commands, for CodeLens and tree items. */
export function command(id: CommandId, title: string, ...args: readonly unknown[]): vscode.Command {
	return { command: id, title, arguments: [...args] };
}

const known = new Map<keyof ContextKeys, unknown>();

/** Sets a context key, unless it already has the value. */
export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
	if (known.get(key) !== value) {
		known.set(key, value);
		void vscode.commands.executeCommand('setContext', key, value);
	}
}

export function setting(id: SwitchId, scope?: vscode.Uri): boolean {
	return vscode.workspace.getConfiguration(undefined, scope).get<boolean>(id, settings[id].default);
}

export function textSetting(id: TextSettingId): string {
	return vscode.workspace.getConfiguration().get<string>(id, settings[id].default);
}

/** Undefined where nobody set it. */
export function numberSetting(id: NumberSettingId): number | undefined {
	const value = vscode.workspace.getConfiguration().inspect<unknown>(id)?.globalValue;
	// A person may write anything into the file of settings.
	return typeof value === 'number' && value >= 0 ? value : undefined;
}
