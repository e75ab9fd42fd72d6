import * as vscode from 'vscode';
import type { DatasetQuery, ModelQuery } from '../../hub/repository';
import type { Term } from '../../hub/vocabulary';
import { setContext } from '../commands';
import type { ContextKeys } from '../contributions';
import { type QueryState, sorts } from './queryState';

/** Questions that change a search; undefined: the person left it as it was. */
export const askQuery = {
	text: (current: string, title: string, prompt: string): Thenable<string | undefined> =>
		vscode.window.showInputBox({ title, prompt, value: current }),

	/** One of the Hub's words, or null for any. */
	async term(title: string, terms: readonly Term[], current: string | null): Promise<string | null | undefined> {
		const any = { label: vscode.l10n.t('Any'), id: null };
		const items = [any, ...terms.map(({ id, label }) => ({ label, description: id, id }))].map(item =>
			marked(item, item.id === current),
		);
		return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.id;
	},

	async choice<T>(
		title: string,
		choices: readonly { readonly label: string; readonly value: T }[],
		current: T,
	): Promise<T | undefined> {
		const items = choices.map(item => marked(item, item.value === current));
		return (await vscode.window.showQuickPick(items, { title }))?.value;
	},
};

/** An entry, with a check mark where it is how things stand. */
function marked<I extends vscode.QuickPickItem>(item: I, isCurrent: boolean): I {
	return isCurrent ? { ...item, iconPath: new vscode.ThemeIcon('check') } : item;
}

/** The search of a view and the commands that change it. A command that is handed a value does not ask for it. */
export interface ViewQuery<Q> {
	readonly active: Q | null;
	/** Of the view: what is looked for, in words. */
	description(): string;
	search(given: unknown): Promise<void>;
	filter(given: unknown): Promise<void>;
	sort(given: unknown): Promise<void>;
	clear(): void;
	readonly onDidChange: vscode.Event<void>;
}

export interface QueryQuestions<Q> {
	readonly filtered: keyof ContextKeys;
	/** What the filters say, besides text and order; null: nothing. */
	words(query: Q): readonly (string | null)[];
	search(current: string): Thenable<string | undefined>;
	filter(current: Q): Promise<Partial<Q> | undefined>;
}

export function viewQuery<Q extends DatasetQuery | ModelQuery>(
	state: QueryState<Q>,
	tree: { refresh(): void },
	questions: QueryQuestions<Q>,
): ViewQuery<Q> {
	const changed = new vscode.EventEmitter<void>();
	const tell = () => setContext(questions.filtered, state.active !== null);
	const change = (part: Partial<Q>) => {
		state.change(part);
		tell();
		changed.fire();
		tree.refresh();
	};
	tell();
	return {
		get active() {
			return state.active;
		},
		onDidChange: changed.event,
		description() {
			const query = state.active;
			if (!query) {
				return '';
			}
			const text = query.text === '' ? null : `“${query.text}”`;
			const words = [text, ...questions.words(query)].filter(word => word !== null);
			return [...words, sortLabel(query.sort)].join(' · ');
		},
		async search(given) {
			const text = typeof given === 'string' ? given : await questions.search(state.active?.text ?? '');
			if (text !== undefined) {
				change({ text: text.trim() } as Partial<Q>); // both queries have a text
			}
		},
		async filter(given) {
			const current = state.active ?? state.initial;
			const part = isPart<Q>(given) ? given : await questions.filter(current);
			if (part !== undefined) {
				change(part);
			}
		},
		async sort(given) {
			const choices = sorts.map(value => ({ label: sortLabel(value), value }));
			const sort =
				sorts.find(one => one === given) ??
				(await askQuery.choice(vscode.l10n.t('Sort by'), choices, (state.active ?? state.initial).sort));
			if (sort !== undefined) {
				change({ sort } as Partial<Q>); // both queries have an order
			}
		},
		clear() {
			state.clear();
			tell();
			changed.fire();
			tree.refresh();
		},
	};
}

/** From a test or a keybinding; what is wrong in it the state leaves out when it is read. */
function isPart<Q>(given: unknown): given is Partial<Q> {
	return typeof given === 'object' && given !== null;
}

function sortLabel(sort: (typeof sorts)[number]): string {
	return {
		downloads: vscode.l10n.t('most downloads'),
		likes: vscode.l10n.t('most likes'),
		trendingScore: vscode.l10n.t('trending'),
		lastModified: vscode.l10n.t('last changed'),
		createdAt: vscode.l10n.t('newest'),
	}[sort];
}
