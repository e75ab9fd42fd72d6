import type { Mark, RequestNode } from './requestTrie';
import { pathBetween } from './tokenTrie';

/** Tokens that go through the model in one forward: a chain, or a tree laid flat. */
export interface Piece {
	readonly tokens: Int32Array;
	/** For each token the place in `tokens` of the one before it, −1: what stands before the piece. Null: a chain. */
	readonly parents: Int32Array | null;
	/** By place. */
	readonly reads: readonly PieceRead[];
}

export interface PieceRead {
	/** Place of the token whose successors are asked for. */
	readonly at: number;
	readonly marks: readonly Extract<Mark, { kind: 'read' }>[];
}

/**
 * The nodes' paths from below `above`, and all that stands below the nodes, as one piece; what paths share is in it once.
 * @param claim The marks of a node that this piece answers.
 */
export function pieceOf(
	above: RequestNode,
	nodes: readonly RequestNode[],
	claim: (node: RequestNode) => PieceRead['marks'],
): Piece {
	const tokens: number[] = [];
	const parents: number[] = [];
	const reads: PieceRead[] = [];
	const ends = new Map<RequestNode, number>([[above, -1]]);
	const lay = (node: RequestNode) => {
		if (ends.has(node)) {
			return;
		}
		// A path is laid from above: the parent's end is known.
		let before = (node.parent && ends.get(node.parent)) ?? -1;
		for (const token of node.tokens) {
			parents.push(before);
			before = tokens.push(token) - 1;
		}
		ends.set(node, before);
		const marks = claim(node);
		if (marks.length > 0) {
			reads.push({ at: before, marks });
		}
	};
	for (const node of nodes) {
		for (const on of pathBetween(above, node)) {
			lay(on);
		}
		for (const below of descendants(node)) {
			lay(below);
		}
	}
	const isChain = parents.every((parent, i) => parent === i - 1);
	return { tokens: Int32Array.from(tokens), parents: isChain ? null : Int32Array.from(parents), reads };
}

/** All nodes below, each after its parent. */
function* descendants(node: RequestNode): Generator<RequestNode> {
	const waiting = [...node.children.values()].reverse();
	for (let next = waiting.pop(); next; next = waiting.pop()) {
		yield next;
		waiting.push(...[...next.children.values()].reverse());
	}
}

/** A chain in parts of at most `most` tokens. */
export function partsOf({ tokens, reads }: Piece, most: number): Piece[] {
	const parts: Piece[] = [];
	for (let start = 0; start < tokens.length; start += most) {
		const end = Math.min(start + most, tokens.length);
		parts.push({
			tokens: tokens.subarray(start, end),
			parents: null,
			reads: reads.filter(({ at }) => at >= start && at < end).map(read => ({ ...read, at: read.at - start })),
		});
	}
	return parts;
}

/** The path to a node alone, without what stands below it. */
export function pathPiece(
	above: RequestNode,
	node: RequestNode,
	claim: (node: RequestNode) => readonly Extract<Mark, { kind: 'read' }>[],
): Piece {
	const path = pathBetween(above, node);
	const tokens = new Int32Array(node.depth - above.depth);
	const reads: Piece['reads'][number][] = [];
	let length = 0;
	for (const on of path) {
		tokens.set(on.tokens, length);
		length += on.tokens.length;
		const marks = claim(on);
		if (marks.length > 0) {
			reads.push({ at: length - 1, marks });
		}
	}
	return { tokens, parents: null, reads };
}
