import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layTree } from './treeLayout';

const anyTree = fc
	.array(fc.record({ up: fc.nat(), isRead: fc.boolean() }), { minLength: 1, maxLength: 20 })
	.map(nodes => ({
		// Each another, so that a token tells its place.
		tokens: nodes.map((_, i) => 100 + i),
		parents: nodes.map(({ up }, i) => (up % (i + 1)) - 1),
		rows: nodes.flatMap(({ isRead }, i) => (isRead ? [i] : [])),
	}));
const anyPast = fc.integer({ min: 0, max: 5 });

/** The places from the root of a token's tree down to it. */
function pathTo(parents: readonly number[], place: number): number[] {
	const path: number[] = [];
	for (let at = place; at >= 0; at = parents[at] ?? -1) {
		path.unshift(at);
	}
	return path;
}

describe('a tree laid flat', () => {
	it('has each token once, shows it what is kept, its ancestors and itself, and places it by its depth', () => {
		fc.assert(
			fc.property(anyTree, anyPast, ({ tokens, parents, rows }, past) => {
				const laid = layTree(tokens, parents, past, rows);
				const order = Array.from(laid.tokens, Number);
				expect([...order].sort((a, b) => a - b)).toEqual(tokens);
				const width = past + tokens.length;
				const bias = laid.bias();
				expect(bias).toHaveLength(tokens.length * width);
				for (const [i, token] of tokens.entries()) {
					const path = pathTo(parents, i);
					const at = order.indexOf(token);
					expect(Number(laid.positions[at])).toBe(past + path.length - 1);
					const row = Array.from(bias.subarray(at * width, (at + 1) * width));
					expect(row.slice(0, past).every(value => value === 0)).toBe(true);
					const seen = order.filter((_, k) => row[past + k] === 0);
					expect(seen.sort((a, b) => a - b)).toEqual(path.map(place => tokens[place]));
					expect(row.every(value => value === 0 || (Number.isFinite(value) && value < -1e38))).toBe(true);
				}
			}),
		);
	});

	it('has those that are read last, in their order', () => {
		fc.assert(
			fc.property(anyTree, anyPast, ({ tokens, parents, rows }, past) => {
				const laid = layTree(tokens, parents, past, rows);
				expect(laid.rows.map(at => Number(laid.tokens[at]))).toEqual(rows.map(row => tokens[row]));
				expect(laid.rows).toEqual(rows.map((_, i) => tokens.length - rows.length + i));
				expect(laid.firstRow).toBe(tokens.length - rows.length);
			}),
		);
	});
});

describe('a chain', () => {
	it('keeps its order, whatever is read of it, and is what a tree without branches is', () => {
		fc.assert(
			fc.property(anyTree, anyPast, ({ tokens, rows }, past) => {
				const chain = layTree(tokens, null, past, rows);
				expect(Array.from(chain.tokens, Number)).toEqual(tokens);
				expect(Array.from(chain.positions, Number)).toEqual(tokens.map((_, i) => past + i));
				expect(chain.rows).toEqual(rows);
				expect(chain.firstRow).toBe(rows[0] ?? tokens.length);
				const parents = tokens.map((_, i) => i - 1);
				expect(chain.bias()).toEqual(
					layTree(
						tokens,
						parents,
						past,
						tokens.map((_, i) => i),
					).bias(),
				);
			}),
		);
	});
});
