import type { RequestId } from '../requests';
import { type PieceRead, pathPiece } from './piece';
import type { Trunk } from './plan';
import type { PlanBuilder } from './planBuilder';
import type { RequestNode, RequestPlace, RequestTrie } from './requestTrie';

/**
 * Plans each prompt by itself, so that where it is cut depends on it alone: `fixed` computes the shots once and each prompt's
 * rest on top; `whole` computes every sequence from its beginning. Only equal contexts are computed once.
 */
export function planApart(trie: RequestTrie, chunking: 'fixed' | 'whole', builder: PlanBuilder): void {
	const root: Trunk = { node: trie.root, id: null };
	for (const [prefix, contexts] of byPlace(
		trie.places,
		chunking === 'fixed' ? place => place.prefix : () => trie.root,
	)) {
		const shots =
			prefix === trie.root ? root : builder.add(root, pathPiece(trie.root, prefix, nothing), { keep: prefix });
		for (const [end, ids] of contexts) {
			if (chunking === 'fixed') {
				planContext(trie, shots, end, ids, builder);
			} else {
				planSequences(trie, root, end, ids, builder);
			}
		}
		builder.drop(shots);
	}
}

/** The context in one piece; kept, where continuations of several tokens go on from it. */
function planContext(trie: RequestTrie, on: Trunk, end: RequestNode, ids: readonly RequestId[], builder: PlanBuilder) {
	const own = claimOnce(ids);
	const atEnd = (node: RequestNode) => (node === end ? own(node) : []);
	if (leavesOf(trie, ids).some(leaf => leaf !== end)) {
		const context = builder.add(on, pathPiece(on.node, end, atEnd), { keep: end });
		for (const alike of bySequences(trie, ids)) {
			const read = claimOnce(alike);
			for (const leaf of withoutBeginnings(leavesOf(trie, alike).filter(leaf => leaf !== end))) {
				builder.add(context, pathPiece(end, leaf, read));
			}
		}
		builder.drop(context);
	} else if (ids.some(id => trie.places[id]?.leaves)) {
		builder.add(on, pathPiece(on.node, end, atEnd));
	}
	planWriting(trie, on, end, ids, builder);
}

/** Every sequence from its first token to its last. */
function planSequences(
	trie: RequestTrie,
	root: Trunk,
	end: RequestNode,
	ids: readonly RequestId[],
	builder: PlanBuilder,
) {
	for (const alike of bySequences(trie, ids)) {
		const own = claimOnce(alike);
		for (const leaf of withoutBeginnings(leavesOf(trie, alike))) {
			builder.add(
				root,
				pathPiece(root.node, leaf, node => (node.depth >= end.depth ? own(node) : [])),
			);
		}
	}
	planWriting(trie, root, end, ids, builder);
}

function planWriting(trie: RequestTrie, on: Trunk, end: RequestNode, ids: readonly RequestId[], builder: PlanBuilder) {
	for (const request of ids.filter(id => trie.places[id]?.leaves === null)) {
		const write = { request, options: trie.write(request) };
		builder.add(on, pathPiece(on.node, end, nothing), { write });
	}
}

/** Requests by where they are cut, then by the end of their context, in the order of their first ones. */
function byPlace(
	places: readonly RequestPlace[],
	cut: (place: RequestPlace) => RequestNode,
): Map<RequestNode, Map<RequestNode, RequestId[]>> {
	const groups = new Map<RequestNode, Map<RequestNode, RequestId[]>>();
	for (const [id, place] of places.entries()) {
		const contexts = groups.get(cut(place)) ?? new Map<RequestNode, RequestId[]>();
		groups.set(cut(place), contexts);
		contexts.set(place.end, [...(contexts.get(place.end) ?? []), id]);
	}
	return groups;
}

/** Requests of the same sequences: the longer one of another request would cut these otherwise. */
function bySequences(trie: RequestTrie, ids: readonly RequestId[]): Iterable<readonly RequestId[]> {
	const numbers = new Map<RequestNode, number>();
	const groups = new Map<string, RequestId[]>();
	for (const id of ids) {
		const leaves = leavesOf(trie, [id]).map(leaf => {
			const number = numbers.get(leaf) ?? numbers.size;
			numbers.set(leaf, number);
			return number;
		});
		const key = leaves.toSorted((a, b) => a - b).join();
		groups.set(key, [...(groups.get(key) ?? []), id]);
	}
	return groups.values();
}

function leavesOf(trie: RequestTrie, ids: readonly RequestId[]): RequestNode[] {
	return [...new Set(ids.flatMap(id => trie.places[id]?.leaves ?? []))];
}

/** A sequence that another one begins with is read off that one. */
function withoutBeginnings(leaves: readonly RequestNode[]): RequestNode[] {
	const begun = new Set<RequestNode>();
	for (const leaf of leaves) {
		for (let above = leaf.parent; above; above = above.parent) {
			begun.add(above);
		}
	}
	return leaves.filter(leaf => !begun.has(leaf));
}

/** The requests' reads of a node: what several sequences could tell is read off the first. */
function claimOnce(ids: readonly RequestId[]): (node: RequestNode) => PieceRead['marks'] {
	const claimed = new Set<RequestNode>();
	return node => {
		if (claimed.has(node)) {
			return [];
		}
		claimed.add(node);
		return node.marks.filter(mark => mark.kind === 'read').filter(({ request }) => ids.includes(request));
	};
}

function nothing(): PieceRead['marks'] {
	return [];
}
