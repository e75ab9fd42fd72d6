import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoderEngine } from '../../../test/decoderEngine';
import { neverCancelled } from '../../protocol/cancellation';
import { historyDecoder, vocabulary } from '../process/historyDecoder';
import type { ComputeRequest } from '../wire';
import { RequestTrie } from './requestTrie';
import { mostWritten, writingLeft } from './writing';

const token = fc.integer({ min: 0, max: vocabulary - 1 });
const context = fc.array(token, { minLength: 1, maxLength: 6 });
const written = fc
	.record({ context, maxTokens: fc.integer({ min: 1, max: 5 }) })
	.map(one => ({ requests: [], generation: { ...one, prefix: 0, until: [] } }));
const scored = context.map(tokens => ({ requests: [{ context: tokens, prefix: 0, continuations: [[1], [2, 3]] }] }));
const questions = fc.array(fc.oneof(written, scored), { minLength: 1, maxLength: 8 });

describe('what may be written', () => {
	it('is what a model writes that never ends a text, for the answers that are wanted', async () => {
		await fc.assert(
			fc.asyncProperty(questions, fc.func(fc.boolean()), async (asked, done) => {
				const trie = new RequestTrie();
				for (const question of asked) {
					trie.add(question);
				}
				const isDone = (request: number) => done(request);
				const decoder = historyDecoder();
				let tokens = 0;
				const onCompute = ({ write }: ComputeRequest) => {
					tokens += write?.maxTokens ?? 0;
				};
				const engine = decoderEngine(decoder, { onCompute });
				const plan = engine.plan(trie);
				const steps: { readonly depth: number }[] = [];
				const work = { isDone, onStep: (step: { readonly depth: number }) => steps.push(step), token: neverCancelled };
				for await (const answer of engine.work(plan, work)) {
					expect(isDone(answer.request)).toBe(false);
				}
				const writing = writingLeft(plan, isDone);
				expect(writing.tokens).toBe(tokens);
				expect(writing.passes).toBe(decoder.forwards.length - steps.length);
				const before =
					decoder.forwards.reduce((sum, { past }) => sum + (past?.length ?? 0), 0) -
					steps.reduce((sum, { depth }) => sum + depth, 0);
				expect(writing.passes * writing.depth).toBeCloseTo(before, 6);
				expect(writingLeft(plan, () => false).tokens).toBe(mostWritten(trie));
			}),
		);
	});
});
