import type { DatasetQuery, ModelQuery } from '../../hub/repository';
import type { Store } from './keptRepositories';

export const sorts = ['downloads', 'likes', 'trendingScore', 'lastModified', 'createdAt'] as const satisfies readonly (
	| DatasetQuery['sort']
	| ModelQuery['sort']
)[];

export const anyDataset: DatasetQuery = { text: '', task: null, language: null, sort: 'downloads' };
export const anyModel: ModelQuery = {
	text: '',
	task: null,
	dataset: null,
	parameters: null,
	onnx: false,
	sort: 'downloads',
};

/** The search of a view, which this workspace remembers; null: nobody has searched. */
export class QueryState<Q extends DatasetQuery | ModelQuery> {
	constructor(
		private readonly store: Store,
		private readonly key: string,
		readonly initial: Q,
	) {}

	get active(): Q | null {
		const stored = this.store.get(this.key);
		return typeof stored === 'object' && stored !== null ? restored(stored, this.initial) : null;
	}

	change(part: Partial<Q>): void {
		void this.store.update(this.key, { ...(this.active ?? this.initial), ...part });
	}

	clear(): void {
		void this.store.update(this.key, undefined);
	}
}

/** What another version has stored, as far as it is of the right types. */
function restored<Q extends DatasetQuery | ModelQuery>(stored: object, initial: Q): Q {
	const members = new Map<string, unknown>(Object.entries(stored));
	const known = Object.entries(initial).map(([name, value]): [string, unknown] => {
		const found = members.get(name);
		const isSame = value === null ? found === null || typeof found === 'string' : typeof found === typeof value;
		return [name, isSame && (name !== 'sort' || sorts.some(sort => sort === found)) ? found : value];
	});
	// The members of `initial`, each of its own type.
	return Object.fromEntries(known) as unknown as Q;
}
