import * as vscode from 'vscode';
import type { KeyName } from '../../config/launch';
import type { KeyedServer } from '../../run/options';
import { withoutLinks } from '../notification';
import { rooms } from '../rooms';
import { hostOf, isKey, isStored, isUnencrypted, KeyBook, keyPattern } from './keyBook';

/** Keys of servers, asked for where they are missing. A value is shown nowhere, and leaves for its server alone. */
export class Keys {
	readonly #book: KeyBook;
	/** Which key went to which host last, for one that the host refuses. */
	readonly #used = new Map<string, KeyName>();

	constructor({ secrets, globalState }: Pick<vscode.ExtensionContext, 'secrets' | 'globalState'>) {
		this.#book = new KeyBook(secrets, globalState, process.env);
	}

	/**
	 * The key of that name for a server; null: there is none.
	 * @throws NotWanted where the person does not want to give it there.
	 */
	readonly keyFor = async (name: KeyName, server: KeyedServer): Promise<string | null> => {
		if (!vscode.workspace.isTrusted) {
			return null;
		}
		this.#used.set(hostOf(server.host), name);
		const value = await this.#book.value(name);
		if (value === null) {
			return isStored(name) ? this.#given(name, server) : null;
		}
		if (!this.#book.isAllowed(name, server.host)) {
			await this.#confirm(name, server);
		}
		return value;
	};

	/** The stored key that a host was sent last, and may have refused. */
	storedFor(host: string): `secret:${string}` | null {
		const name = this.#used.get(host);
		return name !== undefined && isStored(name) ? name : null;
	}

	/** Asks for another key. @returns Whether there is one now. */
	async replace(name: `secret:${string}`, host: string): Promise<boolean> {
		const value = await askForKey(
			name,
			vscode.l10n.t('Another key for {0}. It is kept in the secret storage of VS Code, and sent there alone.', host),
		);
		if (value === undefined) {
			return false;
		}
		await this.#book.store(name, value);
		return true;
	}

	/** The command: a name, then its key. */
	async set(): Promise<void> {
		const name = await this.#chooseName();
		if (name === undefined) {
			return;
		}
		const value = await askForKey(
			`secret:${name}`,
			vscode.l10n.t(
				'It is kept in the secret storage of VS Code. An evaluation names it as {0}; you are asked before it goes to a server for the first time.',
				`secret:${name}`,
			),
		);
		if (value !== undefined) {
			await this.#book.store(`secret:${name}`, value);
			void vscode.window.showInformationMessage(
				vscode.l10n.t('The key {0} is stored. An evaluation names it as `api_key: {1}`.', name, `secret:${name}`),
			);
		}
	}

	/** The command: one of those that are known. */
	async forget(): Promise<void> {
		const known = this.#book.all();
		if (known.length === 0) {
			void vscode.window.showInformationMessage(vscode.l10n.t('There is no key to forget.'));
			return;
		}
		const picked = await vscode.window.showQuickPick(
			known.map(({ name, hosts }) => ({
				label: name,
				description: hosts.length > 0 ? vscode.l10n.t('goes to {0}', hosts.join(', ')) : vscode.l10n.t('not used yet'),
				...(isStored(name)
					? {}
					: { detail: vscode.l10n.t('Stays in the environment; you are asked again before it is sent.') }),
				name,
			})),
			{ placeHolder: vscode.l10n.t('Which key shall be forgotten?') },
		);
		await (picked && this.#book.forget(picked.name));
	}

	async #given(name: `secret:${string}`, { host, model }: KeyedServer): Promise<string> {
		const prompt = vscode.l10n.t(
			'The key of {0}, which computes {1}. It is kept in the secret storage of VS Code, and sent there alone.',
			host,
			model,
		);
		const value = await askForKey(name, [prompt, ...unencryptedText(host)].join(' '));
		if (value === undefined) {
			const { NotWanted } = await rooms();
			throw new NotWanted();
		}
		await this.#book.store(name, value);
		await this.#book.allow(name, host);
		return value;
	}

	/** A file that is opened may name any key beside any server: to each host it goes once somebody has agreed. */
	async #confirm(name: KeyName, { host, model }: KeyedServer): Promise<void> {
		const send = vscode.l10n.t('Send Key');
		const question = isStored(name)
			? vscode.l10n.t('Send the key {0} to {1}?', name, host)
			: vscode.l10n.t('Send the key {0} of your environment to {1}?', name, host);
		const hosts = this.#book.all().find(one => one.name === name)?.hosts ?? [];
		const detail = [
			...unencryptedText(host),
			vscode.l10n.t('The evaluation names it for {0}. You are asked once for each server.', model),
			...(hosts.length > 0 ? [vscode.l10n.t('So far it goes to {0}.', hosts.join(', '))] : []),
		];
		const chosen = await vscode.window.showWarningMessage(
			withoutLinks(question),
			{ modal: true, detail: detail.join('\n') },
			send,
		);
		if (chosen !== send) {
			const { NotWanted } = await rooms();
			throw new NotWanted();
		}
		await this.#book.allow(name, host);
	}

	async #chooseName(): Promise<string | undefined> {
		const known = this.#book.all().flatMap(({ name }) => (isStored(name) ? [name.slice('secret:'.length)] : []));
		if (known.length > 0) {
			const other = { label: `$(add) ${vscode.l10n.t('Another key…')}`, name: null };
			const items = [...known.map(name => ({ label: name, name })), other];
			const picked = await vscode.window.showQuickPick<(typeof items)[number]>(items, {
				placeHolder: vscode.l10n.t('Which key shall be set?'),
			});
			if (!picked || picked.name !== null) {
				return picked?.name ?? undefined;
			}
		}
		const given = await vscode.window.showInputBox({
			title: vscode.l10n.t('Set Key'),
			prompt: vscode.l10n.t('How shall the key be called? Evaluations name it so, and never hold the key itself.'),
			placeHolder: 'MY_SERVER',
			ignoreFocusOut: true,
			validateInput: text =>
				text === '' || keyPattern.test(text)
					? undefined
					: vscode.l10n.t('A letter, then letters, digits, `_`, `.` or `-`.'),
		});
		return given || undefined;
	}
}

function unencryptedText(server: string): readonly string[] {
	return isUnencrypted(server)
		? [vscode.l10n.t('It goes there without encryption: whoever is on the way can read it.')]
		: [];
}

async function askForKey(name: `secret:${string}`, prompt: string): Promise<string | undefined> {
	const given = await vscode.window.showInputBox({
		title: vscode.l10n.t('Key {0}', name.slice('secret:'.length)),
		prompt,
		password: true,
		ignoreFocusOut: true,
		validateInput: text =>
			text === '' || isKey(text) ? undefined : vscode.l10n.t('A key is one word of letters, digits and signs.'),
	});
	return given?.trim() || undefined;
}
