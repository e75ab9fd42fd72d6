import { expect } from 'vitest';
import type { Engine } from '../src/engine/contract';
import { RequestTrie } from '../src/engine/planning/requestTrie';
import type {
	GenerateRequest,
	GenerateResult,
	LoglikelihoodRequest,
	LoglikelihoodResult,
	RequestId,
} from '../src/engine/requests';
import { type CancellationToken, neverCancelled } from '../src/protocol/cancellation';

export interface Asked {
	/** By request; those that are not wanted are left out. */
	readonly results: readonly LoglikelihoodResult[];
	/** Tokens that went through the model, those that were written not counted. */
	readonly computed: number;
	/** The tokens of each step, in the plan's order. */
	readonly steps: readonly number[];
}

export interface AskOptions {
	readonly token?: CancellationToken;
	readonly isDone?: (request: RequestId) => boolean;
	/** Called when an answer arrives, before the next one is asked for. */
	readonly onAnswer?: (request: RequestId) => void;
}

/** Asks for all at once, each a question of its own; the results by request. */
export async function scoreAll(
	engine: Engine,
	requests: readonly LoglikelihoodRequest[],
	{ token = neverCancelled, isDone = () => false, onAnswer = () => {} }: AskOptions = {},
): Promise<Asked> {
	const trie = new RequestTrie();
	for (const request of requests) {
		trie.add({ requests: [request] });
	}
	const results: LoglikelihoodResult[] = [];
	const steps: number[] = [];
	const onStep = ({ tokens }: { tokens: number }) => void steps.push(tokens);
	for await (const answer of engine.work(engine.plan(trie), { isDone, onStep, token })) {
		expect(results[answer.request], `request ${answer.request} answered twice`).toBeUndefined();
		if (answer.kind === 'scored') {
			results[answer.request] = answer.result;
			onAnswer(answer.request);
		}
	}
	expect(Object.keys(results)).toHaveLength(requests.filter((_, request) => !isDone(request)).length);
	return { results, computed: steps.reduce((sum, tokens) => sum + tokens, 0), steps };
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
