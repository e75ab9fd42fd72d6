import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Hub } from '../../hub/hub';
import { setContext, textSetting } from '../commands';
import { authentication } from '../contributions';
import { rooms } from '../rooms';
import { errorText } from '../text';
import { parseSessions, type StoredSession, sessionFor } from './sessions';

const secretName = 'evalLens.huggingface.sessions';

/** Hugging Face in VS Code's Accounts. Tokens lie in the secret storage and nowhere else. */
export class HuggingFaceAccounts implements vscode.AuthenticationProvider, vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
	readonly #subscriptions: vscode.Disposable;
	/** As the windows of this editor last knew them, to tell what changed. */
	#known: readonly StoredSession[] = [];

	readonly onDidChangeSessions = this.#changed.event;

	/** @param openAs The Hub as it answers to a token; null: to nobody in particular. */
	constructor(
		private readonly secrets: vscode.SecretStorage,
		private readonly openAs: (token: string | null) => Promise<Hub>,
	) {
		this.#subscriptions = vscode.Disposable.from(
			this.#changed,
			// Also when another window signed in or out.
			secrets.onDidChange(({ key }) => void (key === secretName && this.#reread())),
			vscode.authentication.registerAuthenticationProvider(authentication.id, authentication.label, this, {
				supportsMultipleAccounts: false,
			}),
		);
		void this.#reread();
	}

	/** A token of ours carries no scopes that we could know: it is offered where none is asked for. */
	async getSessions(scopes?: readonly string[]): Promise<vscode.AuthenticationSession[]> {
		return (scopes?.length ?? 0) > 0 ? [] : (await this.#read()).map(asSession);
	}

	/** Asks the person for a token, or for a sign-in in the browser where an OAuth client is configured. */
	async createSession(): Promise<vscode.AuthenticationSession> {
		const clientId = textSetting('evalLens.hub.oauthClientId').trim();
		const token = clientId === '' ? await this.#pastedToken() : await this.#chosenWay(clientId);
		if (token === undefined) {
			throw new vscode.CancellationError();
		}
		return asSession(await this.add(token.value, token.expires));
	}

	async removeSession(id: string): Promise<void> {
		await this.#write((await this.#read()).filter(session => session.id !== id));
	}

	/** @throws Failure where the Hub does not accept the token. */
	async add(value: string, expires: number | null = null): Promise<StoredSession> {
		const hub = await this.openAs(value);
		const { whoAmI } = await rooms();
		const { name } = await vscode.window.withProgress(
			{ location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Signing in'), cancellable: true },
			(_, token) => whoAmI(hub, token),
		);
		const session = { id: randomUUID(), account: name, endpoint: hub.endpoint, token: value, expires };
		const others = (await this.#read()).filter(other => other.endpoint !== hub.endpoint);
		await this.#write([...others, session]);
		return session;
	}

	/** The sign-in for an endpoint. */
	async of(endpoint: string): Promise<StoredSession | undefined> {
		return sessionFor(await this.#read(), endpoint, Date.now());
	}

	async signOut(): Promise<void> {
		await this.#write([]);
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	async #read(): Promise<readonly StoredSession[]> {
		return parseSessions(await this.secrets.get(secretName));
	}

	async #write(sessions: readonly StoredSession[]): Promise<void> {
		await (sessions.length > 0
			? this.secrets.store(secretName, JSON.stringify(sessions))
			: this.secrets.delete(secretName));
		await this.#reread();
	}

	async #reread(): Promise<void> {
		const now = await this.#read();
		const before = this.#known;
		this.#known = now;
		const added = now.filter(({ id }) => !before.some(other => other.id === id)).map(asSession);
		const removed = before.filter(({ id }) => !now.some(other => other.id === id)).map(asSession);
		setContext('evalLens.signedIn', now.length > 0);
		if (added.length > 0 || removed.length > 0) {
			this.#changed.fire({ added, removed, changed: [] });
		}
	}

	async #chosenWay(clientId: string): Promise<NewToken | undefined> {
		const ways = [
			{
				label: `$(globe) ${vscode.l10n.t('Sign in with the browser')}`,
				get: () => this.#tokenOfBrowser(clientId),
			},
			{ label: `$(key) ${vscode.l10n.t('Paste an access token')}`, get: () => this.#pastedToken() },
		];
		const way = await vscode.window.showQuickPick(ways, { title: vscode.l10n.t('Sign in to Hugging Face') });
		return way?.get();
	}

	async #pastedToken(): Promise<NewToken | undefined> {
		const { checkedToken } = await rooms();
		const { endpoint } = await this.openAs(null);
		const refusal = (text: string) => {
			try {
				return checkedToken(text, 'sign-in') ? undefined : vscode.l10n.t('A token begins with hf_.');
			} catch (error) {
				return errorText(error) ?? undefined;
			}
		};
		const pasted = await vscode.window.showInputBox({
			title: vscode.l10n.t('Sign in to Hugging Face'),
			prompt: vscode.l10n.t('An access token with read rights, from {0}', `${endpoint}/settings/tokens`),
			placeHolder: 'hf_…',
			password: true,
			ignoreFocusOut: true,
			validateInput: text => (text === '' ? undefined : refusal(text)),
		});
		const token = pasted === undefined ? null : checkedToken(pasted, 'sign-in');
		return token ? { value: token.value, expires: null } : undefined;
	}

	async #tokenOfBrowser(clientId: string): Promise<NewToken> {
		const hub = await this.openAs(null);
		const { deviceLogin } = await rooms();
		return vscode.window.withProgress(
			{
				location: vscode.ProgressLocation.Notification,
				title: vscode.l10n.t('Sign in to Hugging Face'),
				cancellable: true,
			},
			async (progress, token) => {
				const { token: value, expires } = await deviceLogin(
					hub,
					clientId,
					({ userCode, address }) => {
						progress.report({ message: vscode.l10n.t('enter {0} in the browser', userCode) });
						void openForCode(userCode, address);
					},
					token,
				);
				return { value, expires };
			},
		);
	}
}

interface NewToken {
	readonly value: string;
	readonly expires: number | null;
}

async function openForCode(code: string, address: string): Promise<void> {
	const open = vscode.l10n.t('Copy Code and Open Browser');
	const chosen = await vscode.window.showInformationMessage(
		vscode.l10n.t('Enter the code {0} at {1}.', code, address),
		open,
	);
	if (chosen === open) {
		await vscode.env.clipboard.writeText(code);
		await vscode.env.openExternal(vscode.Uri.parse(address, true));
	}
}

function asSession({ id, account, endpoint, token }: StoredSession): vscode.AuthenticationSession {
	return { id, accessToken: token, account: { id: `${account}@${endpoint}`, label: account }, scopes: [] };
}
