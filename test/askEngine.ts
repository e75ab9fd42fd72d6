import { expect } from 'vitest';
import type { Engine } from '../src/engine/contract';
import { RequestTrie } from '../src/engine/planning/requestTrie';
import type {
	GenerateRequest,
	GenerateResult,
	LoglikelihoodRequest,
	LoglikelihoodResult,
} from '../src/engine/requests';
import { type CancellationToken, neverCancelled } from '../src/protocol/cancellation';

export interface Asked {
	readonly results: readonly LoglikelihoodResult[];
	/** Tokens that went through the model, those that were written not counted. */
	readonly computed: number;
}

/** Asks for all at once, each a question of its own; the results in the order of the requests. */
export async function scoreAll(
	engine: Engine,
	requests: readonly LoglikelihoodRequest[],
	token: CancellationToken = neverCancelled,
): Promise<Asked> {
	const trie = new RequestTrie();
	for (const request of requests) {
		trie.add({ requests: [request] });
	}
	const results: LoglikelihoodResult[] = [];
	let computed = 0;
	const onStep = ({ tokens }: { tokens: number }) => {
		computed += tokens;
	};
	for await (const answer of engine.work(engine.plan(trie), { isDone: () => false, onStep, token })) {
		if (answer.kind === 'scored') {
			results[answer.request] = answer.result;
		}
	}
	expect(Object.keys(results)).toHaveLength(requests.length);
	return { results, computed };
}

/** Lets the model write. */
export async function writeOne(
	engine: Engine,
	generation: GenerateRequest,
	token: CancellationToken = neverCancelled,
): Promise<GenerateResult> {
	const trie = new RequestTrie();
	trie.add({ requests: [], generation });
	for await (const answer of engine.work(engine.plan(trie), { isDone: () => false, token })) {
		if (answer.kind === 'written') {
			return answer.result;
		}
	}
	return expect.fail('nothing was written');
}
