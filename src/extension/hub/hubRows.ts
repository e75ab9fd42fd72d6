/** Parts of a view of the Hub, from top to bottom. */
export const sectionNames = ['pinned', 'recent', 'local', 'hub'] as const;
export type SectionName = (typeof sectionNames)[number];

/**
 * A row of a view of the Hub. `S` is what is known of a repository, `P` what its rows below it show. A row knows the one
 * above it; its key says where it stands, so that a dataset that is pinned and found has two.
 */
export type HubRow<S, P> =
	| { readonly kind: 'section'; readonly key: string; readonly parent: null; readonly name: SectionName }
	| {
			readonly kind: 'repository';
			readonly key: string;
			readonly parent: HubRow<S, P>;
			readonly id: string;
			/** Null where only the id is known. */
			readonly summary: S | null;
	  }
	| {
			readonly kind: 'part';
			readonly key: string;
			readonly parent: HubRow<S, P>;
			/** The repository it belongs to; null for what lies in the workspace. */
			readonly id: string | null;
			readonly part: P;
	  }
	| { readonly kind: 'more' | 'note'; readonly key: string; readonly parent: HubRow<S, P> }
	| { readonly kind: 'problem'; readonly key: string; readonly parent: HubRow<S, P>; readonly error: unknown };

export function sectionRow<S, P>(name: SectionName): HubRow<S, P> {
	return { kind: 'section', key: name, parent: null, name };
}

export function repositoryRow<S, P>(parent: HubRow<S, P>, id: string, summary: S | null): HubRow<S, P> {
	return { kind: 'repository', key: keyUnder(parent, id), parent, id, summary };
}

/** @param name Tells it from the others below the same row. */
export function partRow<S, P>(parent: HubRow<S, P>, name: string, part: P): HubRow<S, P> {
	const id = parent.kind === 'repository' || parent.kind === 'part' ? parent.id : null;
	return { kind: 'part', key: keyUnder(parent, name), parent, id, part };
}

export function otherRow<S, P>(parent: HubRow<S, P>, kind: 'more' | 'note'): HubRow<S, P> {
	return { kind, key: keyUnder(parent, `\u0000${kind}`), parent };
}

export function problemRow<S, P>(parent: HubRow<S, P>, error: unknown): HubRow<S, P> {
	return { kind: 'problem', key: keyUnder(parent, '\u0000problem'), parent, error };
}

/** Names of the Hub may hold anything, lone surrogates too; none can take another's place. */
function keyUnder({ key }: { readonly key: string }, name: string): string {
	return `${key}/${encodeURIComponent(JSON.stringify(name).slice(1, -1))}`;
}

/** Whether a row stands at a key or below it. */
export function isUnder(key: string, above: string): boolean {
	return key === above || key.startsWith(`${above}/`);
}
