import path from 'node:path';
import * as vscode from 'vscode';
import type { Hub } from '../../hub/hub';
import { Cancelled } from '../../protocol/cancellation';
import { rooms } from '../rooms';
import type { Learned } from './knowledge/askKnowledge';
import type { Knowledge } from './knowledge/knowledge';

/** How this window reaches the Hub. */
export interface HubSource {
	hub(): Promise<Hub>;
	readonly onDidChange: vscode.Event<void>;
}

/** What the editor knows of datasets and models, for all evaluations of the window. */
export class KnowledgeSource implements vscode.Disposable {
	readonly #learned = new vscode.EventEmitter<void>();
	readonly #subscription: vscode.Disposable;
	#known: Learned | undefined;

	/** Something was found out that somebody did not wait for, or may look different now. */
	readonly onDidLearn = this.#learned.event;

	constructor(private readonly connections: HubSource) {
		this.#subscription = vscode.Disposable.from(
			connections.onDidChange(() => void this.#forget()),
			vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#forget()),
		);
	}

	/** @param patience Milliseconds that an answer is waited for. */
	async of({ uri }: vscode.TextDocument, patience?: number): Promise<Knowledge> {
		const { language } = await rooms();
		this.#known ??= language.nothingLearned();
		const { endpoint } = await this.connections.hub();
		const options = {
			folder: uri.scheme === 'file' ? path.dirname(uri.fsPath) : null,
			hub: () => this.#hub(),
			...(patience !== undefined && { patience }),
			onLate: () => this.#learned.fire(),
		};
		return language.askKnowledge(this.#known, options, endpoint);
	}

	dispose(): void {
		this.#subscription.dispose();
		this.#learned.dispose();
	}

	/** A file that nobody trusts yet must not make this computer ask anybody anything. */
	async #hub(): Promise<Hub> {
		if (!vscode.workspace.isTrusted) {
			throw new Cancelled();
		}
		return this.connections.hub();
	}

	async #forget(): Promise<void> {
		if (this.#known) {
			(await rooms()).language.forget(this.#known);
			this.#learned.fire();
		}
	}
}
