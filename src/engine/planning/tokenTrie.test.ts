import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathBetween, TokenTrie, type TrieNode } from './tokenTrie';

const token = fc.integer({ min: 0, max: 3 });
const sequences = fc.array(fc.array(token, { maxLength: 8 }), { minLength: 1, maxLength: 15 });

/** The tokens from the root down to a node. */
function sequenceOf<M>(root: TrieNode<M>, node: TrieNode<M>): number[] {
	return pathBetween(root, node).flatMap(({ tokens }) => Array.from(tokens));
}

function allNodes<M>(root: TrieNode<M>): TrieNode<M>[] {
	const nodes = [root];
	for (const node of nodes) {
		nodes.push(...node.children.values());
	}
	return nodes;
}

describe('a token tree', () => {
	it('holds each token after the same tokens once', () => {
		fc.assert(
			fc.property(sequences, sequences => {
				const trie = new TokenTrie<never>();
				for (const sequence of sequences) {
					trie.extend(trie.root, sequence);
				}
				const beginnings = new Set(sequences.flatMap(s => s.map((_, i) => s.slice(0, i + 1).join())));
				expect(trie.size).toBe(beginnings.size);
				expect(allNodes(trie.root).reduce((sum, { tokens }) => sum + tokens.length, 0)).toBe(trie.size);
			}),
		);
	});

	it('keeps the nodes that it gave out in their places when edges are cut', () => {
		fc.assert(
			fc.property(sequences, sequences => {
				const trie = new TokenTrie<number>();
				const given = sequences.map((sequence, i) => {
					const node = trie.extend(trie.root, sequence);
					node.marks.push(i);
					return node;
				});
				for (const [i, sequence] of sequences.entries()) {
					const node = given[i] ?? expect.fail('no node');
					expect(sequenceOf(trie.root, node)).toEqual(sequence);
					expect(node.depth).toBe(sequence.length);
					// The same sequence has the same node, then and now.
					expect(trie.extend(trie.root, sequence)).toBe(node);
					expect(node.marks.every(mark => sequences[mark]?.join() === sequence.join())).toBe(true);
				}
			}),
		);
	});

	it('is the same whether a sequence comes at once or in parts', () => {
		fc.assert(
			fc.property(sequences, fc.nat(), (sequences, cut) => {
				const trie = new TokenTrie<never>();
				for (const sequence of sequences) {
					const at = cut % (sequence.length + 1);
					const whole = trie.extend(trie.root, sequence);
					const part = trie.extend(trie.root, sequence.slice(0, at));
					expect(trie.extend(part, sequence.slice(at))).toBe(whole);
				}
			}),
		);
	});

	it('is well formed: children under their first tokens, below their parents', () => {
		fc.assert(
			fc.property(sequences, sequences => {
				const trie = new TokenTrie<never>();
				for (const sequence of sequences) {
					trie.extend(trie.root, sequence);
				}
				for (const node of allNodes(trie.root)) {
					for (const [first, child] of node.children) {
						expect(child.tokens[0]).toBe(first);
						expect(child.parent).toBe(node);
						expect(child.depth).toBe(node.depth + child.tokens.length);
					}
				}
			}),
		);
	});

	it('keeps the order in which children came, though their edges are cut', () => {
		const trie = new TokenTrie<never>();
		for (const sequence of [[1, 2, 3], [2, 2], [1, 2, 4], [0], [1, 5]]) {
			trie.extend(trie.root, sequence);
		}
		expect([...trie.root.children.keys()]).toEqual([1, 2, 0]);
	});
});

it('says no path between nodes that do not stand below each other', () => {
	const trie = new TokenTrie<never>();
	const left = trie.extend(trie.root, [1, 2]);
	const right = trie.extend(trie.root, [1, 3]);
	expect(() => pathBetween(left, right)).toThrow('does not stand below');
	expect(pathBetween(left, left)).toEqual([]);
});
