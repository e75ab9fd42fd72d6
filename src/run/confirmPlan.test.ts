import { describe, expect, it } from 'vitest';
import { decoderEngine } from '../../test/decoderEngine';
import { RequestTrie } from '../engine/planning/requestTrie';
import { historyDecoder } from '../engine/process/historyDecoder';
import type { QuestionRequests } from '../engine/requests';
import { neverCancelled } from '../protocol/cancellation';
import { confirmPlan } from './confirmPlan';
import { NotWanted, type PlannedRun } from './options';

const tokensOf = (length: number) => Array.from({ length }, (_, i) => (i * i) % 5);
const written = (count: number, maxTokens: number): QuestionRequests[] =>
	Array.from({ length: count }, (_, i) => ({
		requests: [],
		generation: { context: [...tokensOf(20), i % 5], prefix: 20, maxTokens, until: [] },
	}));
const scored = (length: number): QuestionRequests => ({
	requests: [{ context: tokensOf(length), prefix: 0, continuations: [[1]] }],
});

/** What the person is told of a run of these questions, and how many steps were measured for it. */
async function told(
	questions: readonly QuestionRequests[],
	{ isDone = () => false, answer = true }: { isDone?: (request: number) => boolean; answer?: boolean } = {},
) {
	const trie = new RequestTrie();
	for (const question of questions) {
		trie.add(question);
	}
	let steps = 0;
	const engine = { ...decoderEngine(historyDecoder(), { onCompute: () => void steps++ }), info: { window: 2048 } };
	const planned: PlannedRun[] = [];
	const onPlanned = async (run: PlannedRun) => {
		planned.push(run);
		return answer;
	};
	const what = { model: 'm', examples: questions.length, isDone };
	await confirmPlan(engine, engine.plan(trie), what, { onPlanned, token: neverCancelled });
	return { planned, steps };
}

describe('what a person is told before a long run', () => {
	it('counts what the model may write, though the prompts alone are not worth it', async () => {
		const { planned } = await told(written(100, 256));
		expect(planned).toMatchObject([{ writtenAtMost: { tokens: 25_600, seconds: expect.any(Number) } }]);
		const [{ seconds, tokens, writtenAtMost } = expect.fail()] = planned;
		expect(tokens).toBeLessThan(20_000);
		expect(writtenAtMost?.seconds).toBeGreaterThan(0);
		expect(seconds).toBeGreaterThan(writtenAtMost?.seconds ?? Number.NaN);
	});

	it('counts that of the answers alone that are still missing', async () => {
		expect((await told(written(100, 256), { isDone: request => request >= 90 })).planned).toMatchObject([
			{ writtenAtMost: { tokens: 90 * 256 } },
		]);
		expect(await told(written(100, 256), { isDone: request => request >= 10 })).toEqual({ planned: [], steps: 0 });
	});

	it('is nothing where little is to be done, and has no word of writing where there is none', async () => {
		expect(await told([...written(10, 256), scored(500)])).toEqual({ planned: [], steps: 0 });
		expect(await told([scored(20_000)])).toMatchObject({
			planned: [{ tokens: 20_000, writtenAtMost: null }],
			steps: 6,
		});
	});

	it('may be declined', async () => {
		await expect(told(written(100, 256), { answer: false })).rejects.toThrow(NotWanted);
	});
});
