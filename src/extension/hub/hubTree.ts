import * as vscode from 'vscode';
import type { Page } from '../../hub/connection';
import type { Hub } from '../../hub/hub';
import type { DatasetSummary } from '../../hub/repository';
import { CancellationSource, type CancellationToken, neverCancelled } from '../../protocol/cancellation';
import { command, setContext } from '../commands';
import { type ContextKeys, treeItems, type ViewId } from '../contributions';
import { errorText } from '../text';
import type { HubConnections } from './hubConnection';
import {
	type HubRow,
	isUnder,
	otherRow,
	problemRow,
	repositoryRow,
	type SectionName,
	sectionNames,
	sectionRow,
} from './hubRows';
import type { KeptRepositories } from './keptRepositories';
import { Listing, orCancelled } from './listing';
import { problemText } from './problemText';

/** What every row of a repository goes by. */
type RepositorySummary = Pick<DatasetSummary, 'id' | 'gated'>;

/** What a view of the Hub shows of which kind of repositories. */
export interface HubTreeSource<S extends RepositorySummary, P> {
	readonly view: ViewId;
	readonly loading: keyof ContextKeys;
	/** A person has searched, or asked for the list as it is. */
	readonly isBrowsing: () => boolean;
	search(hub: Hub, next: string | null, token: CancellationToken): Promise<Page<S>>;
	info(hub: Hub, id: string, token: CancellationToken): Promise<S>;
	/** What lies on this computer. */
	local(section: HubRow<S, P>): Promise<readonly HubRow<S, P>[]>;
	/** What stands below a repository, or below a part of one. */
	parts(row: HubRow<S, P>, token: CancellationToken): Promise<readonly HubRow<S, P>[]>;
	/** The row of a repository, with its label. */
	repositoryItem(id: string, summary: S | null, isPinned: boolean): vscode.TreeItem;
	partItem(part: P): vscode.TreeItem;
	tooltip(info: S): vscode.MarkdownString;
	/** What the list says when nothing was found. */
	readonly nothing: () => string;
}

/**
 * A view of the Hub: pinned and recent repositories, those of this computer, and what a search found, page by page. What is
 * below a row is loaded when it is opened, once; what fails says why, in a row of its own that tries again.
 */
export class HubTree<S extends RepositorySummary, P>
	implements vscode.TreeDataProvider<HubRow<S, P>>, vscode.Disposable
{
	readonly #changed = new vscode.EventEmitter<HubRow<S, P> | undefined>();
	readonly #subscriptions: vscode.Disposable;
	/** Rows as they were last handed out, by key: a row is drawn anew by handing the same object back. */
	readonly #rows = new Map<string, HubRow<S, P>>();
	/** What is below a row, failures included, by the row's key. */
	readonly #children = new Map<string, Promise<readonly HubRow<S, P>[]>>();
	/** Every row that was ever handed out: menus hand them back, of either view. */
	readonly #own = new WeakSet<object>();
	readonly #infos = new Map<string, Promise<S>>();
	readonly #underWay = new Set<CancellationSource>();

	readonly onDidChangeTreeData = this.#changed.event;
	readonly listing: Listing<S>;

	constructor(
		private readonly source: HubTreeSource<S, P>,
		private readonly connections: HubConnections,
		readonly kept: KeptRepositories,
	) {
		this.listing = new Listing(async (next, token) => source.search(await connections.hub(), next, token));
		const subscriptions = [
			kept.onDidChange(() => this.#changed.fire(undefined)),
			this.listing.onDidChange(() => {
				this.#tellLoading();
				this.#changed.fire(this.#rows.get('hub'));
			}),
			connections.onDidChange(() => this.refresh()),
			this.#changed,
		];
		this.#subscriptions = vscode.Disposable.from(...subscriptions);
	}

	async getChildren(row?: HubRow<S, P>): Promise<HubRow<S, P>[]> {
		const rows = row ? await this.#below(row) : await this.#sections();
		for (const one of rows) {
			this.#rows.set(one.key, one);
			this.#own.add(one);
		}
		return [...rows];
	}

	/** Whether a menu handed over a row of this view. */
	owns(given: unknown): given is HubRow<S, P> {
		return typeof given === 'object' && given !== null && this.#own.has(given);
	}

	/** Those that were handed out last. */
	rows(): readonly HubRow<S, P>[] {
		return [...this.#rows.values()];
	}

	getParent(row: HubRow<S, P>): HubRow<S, P> | undefined {
		return row.parent ?? undefined;
	}

	getTreeItem(row: HubRow<S, P>): vscode.TreeItem {
		const item = this.#item(row);
		item.id = row.key;
		return item;
	}

	/** The card of a repository is asked for when its tooltip is wanted. */
	async resolveTreeItem(item: vscode.TreeItem, row: HubRow<S, P>): Promise<vscode.TreeItem> {
		if (row.kind === 'repository') {
			try {
				item.tooltip = this.source.tooltip(row.summary ?? (await this.#info(row.id)));
			} catch (error) {
				item.tooltip = errorText(error) ?? row.id;
			}
		}
		return item;
	}

	/** Forgets what is below a row, or everything, and asks again. */
	refresh(row?: HubRow<S, P>): void {
		if (!row) {
			this.#children.clear();
			this.#infos.clear();
			this.listing.restart();
			this.#changed.fire(undefined);
			return;
		}
		const place = row.kind === 'problem' || row.kind === 'more' || row.kind === 'note' ? row.parent : row;
		if (place.kind === 'section' && place.name === 'hub') {
			void (row === place ? this.listing.restart() : this.listing.more());
			return;
		}
		for (const key of [...this.#children.keys()].filter(key => isUnder(key, place.key))) {
			this.#children.delete(key);
		}
		if (place.kind === 'repository') {
			this.#infos.delete(place.id);
		}
		this.#changed.fire(this.#rows.get(place.key));
	}

	more(): Promise<void> {
		return this.listing.more();
	}

	/** Stops everything that loads. */
	cancel(): void {
		this.listing.cancel();
		for (const cancel of [...this.#underWay]) {
			cancel.cancel();
		}
	}

	dispose(): void {
		this.cancel();
		this.#subscriptions.dispose();
	}

	/** Only those with something in them, so that an empty view has its welcome. */
	async #sections(): Promise<readonly HubRow<S, P>[]> {
		const local = await this.#below(sectionRow('local'));
		const isThere = {
			pinned: this.kept.pinned.length > 0,
			recent: this.kept.recent.length > 0,
			local: local.length > 0,
			hub: this.source.isBrowsing(),
		} as const satisfies Record<SectionName, boolean>;
		return sectionNames.filter(name => isThere[name]).map(name => sectionRow(name));
	}

	#below(row: HubRow<S, P>): Promise<readonly HubRow<S, P>[]> {
		if (row.kind === 'section') {
			switch (row.name) {
				case 'pinned':
					return Promise.resolve(this.kept.pinned.map(id => repositoryRow(row, id, null)));
				case 'recent':
					return Promise.resolve(this.kept.recent.map(id => repositoryRow(row, id, null)));
				case 'hub':
					return this.#found(row);
				case 'local':
					return this.#load(row, () => this.source.local(row));
			}
		}
		return row.kind === 'repository' || row.kind === 'part'
			? this.#load(row, token => this.source.parts(row, token))
			: Promise.resolve([]);
	}

	async #found(section: HubRow<S, P>): Promise<readonly HubRow<S, P>[]> {
		if (this.listing.state.kind === 'empty') {
			await this.listing.first();
		} else if (this.listing.items.length === 0 && this.listing.state.kind === 'loading') {
			await this.listing.first();
		}
		const { items, state, hasMore } = this.listing;
		const rows = items.map(summary => repositoryRow<S, P>(section, summary.id, summary));
		if (state.kind === 'failed') {
			return [...rows, problemRow(section, state.error)];
		}
		if (hasMore) {
			return [...rows, otherRow(section, 'more')];
		}
		return rows.length > 0 ? rows : [otherRow(section, 'note')];
	}

	/** What the Hub says of a repository, asked once for all who point at it: none of them cancels it for the others. */
	#info(id: string): Promise<S> {
		const known = this.#infos.get(id);
		if (known) {
			return known;
		}
		const asked = this.connections.hub().then(hub => this.source.info(hub, id, neverCancelled));
		this.#infos.set(id, asked);
		asked.catch(() => this.#infos.get(id) === asked && this.#infos.delete(id));
		return asked;
	}

	#load(
		row: HubRow<S, P>,
		work: (token: CancellationToken) => Promise<readonly HubRow<S, P>[]>,
	): Promise<readonly HubRow<S, P>[]> {
		const known = this.#children.get(row.key);
		if (known) {
			return known;
		}
		const cancel = new CancellationSource();
		this.#underWay.add(cancel);
		this.#tellLoading();
		const loaded = orCancelled(work(cancel.token), cancel)
			.catch((error: unknown) => [problemRow(row, error)])
			.finally(() => {
				this.#underWay.delete(cancel);
				this.#tellLoading();
			});
		this.#children.set(row.key, loaded);
		return loaded;
	}

	#tellLoading(): void {
		setContext(this.source.loading, this.#underWay.size > 0 || this.listing.state.kind === 'loading');
	}

	#item(row: HubRow<S, P>): vscode.TreeItem {
		switch (row.kind) {
			case 'section':
				return this.#sectionItem(row.name);
			case 'repository':
				return this.source.repositoryItem(row.id, row.summary, this.kept.pinned.includes(row.id));
			case 'part':
				return this.source.partItem(row.part);
			case 'more':
				return this.#moreItem();
			case 'note': {
				const item = new vscode.TreeItem(this.source.nothing());
				item.iconPath = new vscode.ThemeIcon('info');
				return item;
			}
			case 'problem':
				return this.#problemItem(row.error, row);
		}
	}

	#sectionItem(name: SectionName): vscode.TreeItem {
		const item = sectionItem(name);
		if (name === 'hub' && this.listing.items.length > 0) {
			item.description = `${this.listing.items.length}${this.listing.hasMore ? '+' : ''}`;
		}
		return item;
	}

	/** Replaced by the page that it loads, and by itself behind that page. */
	#moreItem(): vscode.TreeItem {
		const isLoading = this.listing.state.kind === 'loading';
		const item = new vscode.TreeItem(isLoading ? vscode.l10n.t('Loading…') : vscode.l10n.t('Load More'));
		item.iconPath = new vscode.ThemeIcon(isLoading ? 'loading~spin' : 'chevron-down');
		if (!isLoading) {
			item.command = command('evalLens.loadMore', vscode.l10n.t('Load More'), this.source.view);
		}
		return item;
	}

	#problemItem(error: unknown, row: HubRow<S, P>): vscode.TreeItem {
		const { parent } = row;
		const gated = parent?.kind === 'repository' && parent.summary ? parent.summary.gated : false;
		const { headline, sentence, needsAccess } = problemText(error, gated);
		const item = new vscode.TreeItem(headline);
		item.description = headline === sentence ? '' : sentence;
		item.tooltip = `${sentence}\n\n${vscode.l10n.t('Select to try again.')}`;
		item.accessibilityInformation = { label: sentence };
		item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground'));
		item.contextValue = needsAccess ? treeItems.accessProblem : treeItems.hubProblem;
		item.command = command('evalLens.retry', vscode.l10n.t('Try Again'), row);
		return item;
	}
}

function sectionItem(name: SectionName): vscode.TreeItem {
	const { label, icon } = {
		pinned: { label: vscode.l10n.t('Pinned'), icon: 'pinned' },
		recent: { label: vscode.l10n.t('Recent'), icon: 'history' },
		local: { label: vscode.l10n.t('On this computer'), icon: 'folder' },
		hub: { label: vscode.l10n.t('Results'), icon: 'search' },
	}[name];
	const item = new vscode.TreeItem(
		label,
		name === 'recent' ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded,
	);
	item.iconPath = new vscode.ThemeIcon(icon);
	return item;
}
