import * as vscode from 'vscode';
import type { TokenSource } from '../../hub/connection';
import type { Hub } from '../../hub/hub';
import { message } from '../../protocol/messages';
import { textSetting } from '../commands';
import { rooms } from '../rooms';
import { text } from '../text';
import { HuggingFaceAccounts } from './accounts';
import { chooseToken, type FoundSource } from './tokenChoice';

const consentKey = 'evalLens.hub.consent';

/** How this window reaches the Hub: one connection, made anew when the sign-in, a consent or a setting changes. */
export class HubConnections implements vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscriptions: vscode.Disposable;
	readonly #told = new Set<TokenSource | 'ask'>();
	#hub: Promise<Hub> | undefined;

	/** Another account, or another Hub: what was loaded may look different now. */
	readonly onDidChange = this.#changed.event;
	readonly accounts: HuggingFaceAccounts;

	constructor(private readonly context: Pick<vscode.ExtensionContext, 'globalState' | 'secrets'>) {
		this.accounts = new HuggingFaceAccounts(context.secrets, token => this.#open(token));
		this.#subscriptions = vscode.Disposable.from(
			this.#changed,
			this.accounts,
			this.accounts.onDidChangeSessions(() => this.#renew()),
			vscode.workspace.onDidChangeConfiguration(change => {
				if (change.affectsConfiguration('evalLens.hub')) {
					this.#renew();
				}
			}),
		);
	}

	hub(): Promise<Hub> {
		this.#hub ??= this.#open();
		return this.#hub;
	}

	async signIn(): Promise<void> {
		const { account } = await this.accounts.createSession();
		void vscode.window.showInformationMessage(vscode.l10n.t('Signed in to Hugging Face as {0}.', account.label));
	}

	async signOut(): Promise<void> {
		await this.accounts.signOut();
		// Who signs out does not want to go on with another token: each is asked about again.
		await this.context.globalState.update(consentKey, undefined);
		this.#told.clear();
		this.#renew();
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	/** @param token To be used in place of all others; null: none. Absent: as chosen. */
	async #open(token?: string | null): Promise<Hub> {
		const { environmentConnection, environmentToken, openHub, tokenFromFile } = await rooms();
		const { env } = process;
		const { endpoint, ...rest } = environmentConnection({
			...env,
			...set('HF_ENDPOINT', textSetting('evalLens.hub.endpoint')),
			...set('HF_DATASETS_SERVER', textSetting('evalLens.hub.viewerEndpoint')),
		});
		if (token !== undefined) {
			const fixed = token === null ? null : ({ value: token, source: 'sign-in' } as const);
			return openHub({ ...rest, endpoint, token: async () => fixed });
		}
		const isImplicit = !/^(1|on|yes|true)$/i.test(env.HF_HUB_DISABLE_IMPLICIT_TOKEN ?? '');
		const sources = {
			signedIn: async () => {
				const session = await this.accounts.of(endpoint);
				return session ? { value: session.token, source: 'sign-in' as const } : null;
			},
			found: {
				environment: async () => (isImplicit ? environmentToken(env) : null),
				'token-file': async () => (isImplicit ? tokenFromFile(env) : null),
			},
		};
		const consent = {
			given: (source: FoundSource) => this.#consents()[consentName(source, endpoint)],
			ask: (source: FoundSource) => void this.#ask(source, endpoint),
		};
		return openHub({
			...rest,
			endpoint,
			token: () => chooseToken(sources, consent),
			onTokenRefused: source => void this.#tellRefused(source, endpoint),
		});
	}

	#renew(): void {
		this.#hub = undefined;
		this.#changed.fire();
	}

	#consents(): Readonly<Record<string, boolean>> {
		return this.context.globalState.get<Record<string, boolean>>(consentKey, {});
	}

	/** Once in a session; an answer is remembered. */
	async #ask(source: FoundSource, endpoint: string): Promise<void> {
		if (this.#told.has('ask')) {
			return;
		}
		this.#told.add('ask');
		const use = vscode.l10n.t('Use It');
		const not = vscode.l10n.t('Stay Anonymous');
		const host = hostOf(endpoint);
		const question = {
			environment: vscode.l10n.t('Use the access token of your environment (HF_TOKEN) for {0}?', host),
			'token-file': vscode.l10n.t('Use the access token of the huggingface command line for {0}?', host),
		}[source];
		const answer = await vscode.window.showInformationMessage(question, use, not);
		if (answer !== undefined) {
			const consents = { ...this.#consents(), [consentName(source, endpoint)]: answer === use };
			await this.context.globalState.update(consentKey, consents);
			this.#told.delete('ask');
			this.#renew();
		}
	}

	/** A token that has died is told of once; what is public is still there without it. */
	async #tellRefused(source: TokenSource, endpoint: string): Promise<void> {
		if (this.#told.has(source)) {
			return;
		}
		this.#told.add(source);
		const signIn = vscode.l10n.t('Sign In');
		const sentence = message('hub.bad-token', {
			host: hostOf(endpoint),
			token: message(`hub.token.${source}`, {}),
		});
		if ((await vscode.window.showWarningMessage(text(sentence), signIn)) === signIn) {
			await vscode.commands.executeCommand('evalLens.signIn');
		}
	}
}

/** What is no address is told of by the first request. */
function hostOf(endpoint: string): string {
	return URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
}

/** Consent to one endpoint is none to another. */
function consentName(source: FoundSource, endpoint: string): string {
	return `${source} ${endpoint}`;
}

function set(name: string, value: string): Readonly<Record<string, string>> {
	return value.trim() === '' ? {} : { [name]: value.trim() };
}
