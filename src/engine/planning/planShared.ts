import { pathPiece, pieceOf } from './piece';
import type { PlanSettings, Trunk } from './plan';
import type { PlanBuilder } from './planBuilder';
import type { RequestNode, RequestTrie } from './requestTrie';

/** A forward costs as much as some tokens more: a beginning that saves fewer is not computed apart. */
const worthwhileSaving = 16;

/** Depth first through the token tree: what many need is kept while they are worked on, what few need is laid together. */
export function planShared(trie: RequestTrie, settings: PlanSettings, builder: PlanBuilder): void {
	const { trees, pieceTokens, longestPiece } = settings;
	const sizes = subtreeSizes(trie.root);
	const sizeOf = (node: RequestNode) => sizes.get(node)?.tokens ?? 0;
	const claimed = new Set<RequestNode>();
	const claim = (node: RequestNode) => {
		if (claimed.has(node)) {
			return [];
		}
		claimed.add(node);
		return node.marks.filter(mark => mark.kind === 'read');
	};
	const isChain = (node: RequestNode): boolean => {
		let at = node;
		while (at.children.size === 1) {
			at = at.children.values().next().value ?? at;
		}
		return at.children.size === 0;
	};

	const below = (trunk: Trunk, parents: Iterable<RequestNode>) => {
		let together: RequestNode[] = [];
		let tokens = 0;
		const flush = () => {
			if (together.length > 0) {
				builder.add(trunk, pieceOf(trunk.node, together, claim));
				together = [];
				tokens = 0;
			}
		};
		const place = (node: RequestNode) => {
			const { tokens: size, writes } = sizes.get(node) ?? { tokens: 0, writes: false };
			if (!writes && trees && size <= pieceTokens) {
				if (tokens + size > pieceTokens) {
					flush();
				}
				together.push(node);
				tokens += size;
				return;
			}
			flush();
			if (!writes && (isChain(node) || (trees && size <= 2 * pieceTokens && size <= longestPiece))) {
				builder.add(trunk, pieceOf(trunk.node, [node], claim));
				return;
			}
			for (const mark of node.marks) {
				if (mark.kind === 'write') {
					const write = { request: mark.request, options: trie.write(mark.request) };
					builder.add(trunk, pathPiece(trunk.node, node, claim), { write });
				}
			}
			if (node.children.size === 0) {
				return;
			}
			const length = node.depth - trunk.node.depth;
			// The parts of a long one would be kept for each piece anyway, and a tree cannot be cut into parts.
			if (length > longestPiece || (isWorthKeeping(node, length) && builder.hasRoomFor(node.depth))) {
				const kept = builder.add(trunk, pathPiece(trunk.node, node, claim), { keep: node });
				below(kept, node.children.values());
				builder.drop(kept);
			} else {
				for (const child of node.children.values()) {
					place(child);
				}
				flush();
			}
		};
		for (const node of parents) {
			place(node);
		}
		flush();
	};

	/** How often the beginning would be computed if it were not kept, once less, times its length. */
	const isWorthKeeping = (node: RequestNode, length: number): boolean => {
		const pieces = trees ? Math.ceil((sizeOf(node) - node.tokens.length) / pieceTokens) : node.children.size;
		return (pieces - 1) * length >= worthwhileSaving || length >= Math.min(pieceTokens, longestPiece);
	};

	below({ node: trie.root, id: null }, trie.root.children.values());
}

interface Subtree {
	/** With those on the edge to the node. */
	readonly tokens: number;
	/** Whether the model is to write somewhere in it. */
	readonly writes: boolean;
}

function subtreeSizes(root: RequestNode): Map<RequestNode, Subtree> {
	const order: RequestNode[] = [root];
	// Grows while it is walked: each node stands before those below it.
	for (const node of order) {
		order.push(...node.children.values());
	}
	const sizes = new Map<RequestNode, Subtree>();
	for (const node of order.reverse()) {
		let tokens = node.tokens.length;
		let writes = node.marks.some(({ kind }) => kind === 'write');
		for (const child of node.children.values()) {
			const below = sizes.get(child);
			tokens += below?.tokens ?? 0;
			writes ||= below?.writes ?? false;
		}
		sizes.set(node, { tokens, writes });
	}
	return sizes;
}
