/** A run of tokens between two places where sequences part, or where something is marked. */
export interface TrieNode<M> {
	/** Null: the root. */
	parent: TrieNode<M> | null;
	/** The tokens from the parent to here; none at the root. */
	tokens: Int32Array;
	/** Tokens from the root to here. */
	readonly depth: number;
	/** By their first token, in the order in which they came. */
	readonly children: Map<number, TrieNode<M>>;
	/** What belongs to the sequence that ends here. */
	readonly marks: M[];
}

/**
 * Token sequences by their shared beginnings, as a radix tree: each distinct token after the same tokens stands here once.
 * A node that was given out keeps its place: an edge that has to be cut gets a new node in front of the old one.
 */
export class TokenTrie<M> {
	readonly root: TrieNode<M> = { parent: null, tokens: new Int32Array(0), depth: 0, children: new Map(), marks: [] };
	#size = 0;

	/** Tokens in the tree, which is what has to be computed at least. */
	get size(): number {
		return this.#size;
	}

	/** The node after `tokens` below `from`, made where there is none. */
	extend(from: TrieNode<M>, tokens: readonly number[]): TrieNode<M> {
		let node = from;
		for (let at = 0; at < tokens.length; ) {
			const child = node.children.get(tokens[at] ?? -1);
			if (!child) {
				return this.#append(node, Int32Array.from(at === 0 ? tokens : tokens.slice(at)));
			}
			const common = commonBeginning(child.tokens, tokens, at);
			at += common;
			node = common < child.tokens.length ? split(child, common) : child;
		}
		return node;
	}

	#append(parent: TrieNode<M>, tokens: Int32Array): TrieNode<M> {
		const node = { parent, tokens, depth: parent.depth + tokens.length, children: new Map(), marks: [] };
		parent.children.set(tokens[0] ?? -1, node);
		this.#size += tokens.length;
		return node;
	}
}

function commonBeginning(edge: Int32Array, tokens: readonly number[], from: number): number {
	const most = Math.min(edge.length, tokens.length - from);
	let length = 0;
	while (length < most && edge[length] === tokens[from + length]) {
		length++;
	}
	return length;
}

/** Puts a node in the middle of the edge to `lower`. */
function split<M>(lower: TrieNode<M>, length: number): TrieNode<M> {
	const { parent, tokens } = lower;
	const upper: TrieNode<M> = {
		parent,
		tokens: tokens.subarray(0, length),
		depth: lower.depth - tokens.length + length,
		children: new Map(),
		marks: [],
	};
	lower.tokens = tokens.subarray(length);
	lower.parent = upper;
	upper.children.set(lower.tokens[0] ?? -1, lower);
	// At the same place of the order as before.
	parent?.children.set(tokens[0] ?? -1, upper);
	return upper;
}

/** The nodes from just below `above` down to `node`, which stands below it. */
export function pathBetween<M>(above: TrieNode<M>, node: TrieNode<M>): TrieNode<M>[] {
	const path: TrieNode<M>[] = [];
	for (let at = node; at !== above; ) {
		path.push(at);
		if (!at.parent) {
			throw new Error('a node that does not stand below the other');
		}
		at = at.parent;
	}
	return path.reverse();
}
