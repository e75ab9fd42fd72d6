import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import { createRenderer } from '../prompt/render';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { PlannedVariant } from './planVariants';
import { collectRequests } from './sampleRequests';

/** A token a UTF-16 unit. */
const tokenizer: Tokenizer = {
	encode: text => Array.from(text, (_, i) => text.charCodeAt(i)),
	decode: ids => ids.map(id => String.fromCharCode(id)).join(''),
	prefix: [],
	bos: null,
	vocabularySize: 0x10000,
	sha256: '',
};
const reader = { name: 'model', tokenizer, window: 10_000 };

function variant(name: string, preset: string): PlannedVariant {
	const format = presetFormat(preset, { num_fewshot: 0 });
	return { variant: { name, preset, format }, renderer: createRenderer(format, name), shots: () => [] };
}
const variants = [
	variant('original', 'mmlu/original'),
	variant('helm', 'mmlu/helm'),
	variant('again', 'mmlu/original'),
];

const questions = (count: number) =>
	Array.from({ length: count }, (_, n) => questionOf({ key: `test/${n}`, question: `What is ${n}?` }));

/** Blocks as rendering and encoding a long prompt does. */
function blockFor(milliseconds: number): void {
	for (const until = performance.now() + milliseconds; performance.now() < until; ) {
		// Nothing else gets to run.
	}
}

describe('the requests of a run', () => {
	it('ask for every sample once, variant by variant in file order, and the same when asked anew', async () => {
		const taken: string[] = [];
		const told: number[] = [];
		const { samples, trie } = await collectRequests(
			variants,
			questions(4),
			reader,
			({ question, variant }, asked) => {
				taken.push(`${variant} ${question.key}`);
				expect(asked.question).toBe(question);
			},
			{ token: neverCancelled, onProgress: count => void told.push(count) },
		);
		const expected = variants.flatMap(one => questions(4).map(({ key }) => `${one.variant.name} ${key}`));
		expect(taken).toEqual(expected);
		expect(samples.map(({ question, variant }) => `${variant} ${question.key}`)).toEqual(expected);
		expect(told).toEqual(expected.map((_, i) => i + 1));
		expect(samples.flatMap(({ ids }) => ids)).toEqual(trie.places.map((_, id) => id));
		for (const { ask, ids, question, variant } of samples) {
			const asked = ask();
			expect(asked).toMatchObject({ question, variant: { name: variant } });
			expect(asked.requests.map(({ context }) => context.length)).toEqual(ids.map(id => trie.places[id]?.end.depth));
		}
	});

	it('add tokens variant by variant, together as many as are distinct', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 6 }),
				fc.subarray(variants, { minLength: 1 }),
				async (texts, some) => {
					const asked = texts.map((question, n) => questionOf({ key: `test/${n}`, question }));
					const { added, trie } = await collectRequests(some, asked, reader, () => {}, { token: neverCancelled });
					expect(added.map(({ variant }) => variant)).toEqual(some.map(({ variant }) => variant.name));
					expect(added.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(trie.counts.distinct);
					const again = added.find(({ variant }) => variant === 'again');
					// The same format a second time costs nothing.
					if (again && some.length > 1 && some[0]?.variant.name === 'original') {
						expect(again.tokens).toBe(0);
					}
				},
			),
			{ numRuns: 50 },
		);
	});
});

describe('whoever else lives in this process', () => {
	const slowly = () => blockFor(5);

	it('goes on while requests are collected', async () => {
		let ticks = 0;
		const timer = setInterval(() => ticks++, 1);
		await collectRequests(variants, questions(20), reader, slowly, { token: neverCancelled });
		clearInterval(timer);
		// 300 ms of work in slices of 20.
		expect(ticks).toBeGreaterThanOrEqual(5);
	});

	it('may cancel, and is heard within a slice', async () => {
		const source = new CancellationSource();
		let taken = 0;
		let takenWhenCancelled = Number.NaN;
		setTimeout(() => {
			takenWhenCancelled = taken;
			source.cancel();
		}, 30);
		const collecting = collectRequests(
			variants,
			questions(200),
			reader,
			() => {
				taken++;
				slowly();
			},
			{ token: source.token },
		);
		await expect(collecting).rejects.toBeInstanceOf(Cancelled);
		expect(taken - takenWhenCancelled).toBeLessThanOrEqual(6);
	});
});
