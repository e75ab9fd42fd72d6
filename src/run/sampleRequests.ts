import type { Question } from '../data/row';
import { RequestTrie } from '../engine/planning/requestTrie';
import type { RequestId } from '../engine/requests';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { askerOf } from '../task/ask';
import type { Asked, Reader } from '../task/multipleChoice';
import type { PlannedVariant } from './planVariants';

/** A sample to be computed. What it asks is not kept, but asked anew: prompts of a whole run would fill the memory. */
export interface SampleRequest {
	readonly question: Question;
	readonly variant: string;
	readonly ask: () => Asked;
	/** Of its requests, that of its generation last. */
	readonly ids: readonly RequestId[];
}

/** What a model is asked: all samples of its variants in one token tree. */
export interface SampleRequests {
	readonly trie: RequestTrie;
	readonly samples: readonly SampleRequest[];
	/** Tokens that each variant adds to those before it. */
	readonly added: readonly { readonly variant: string; readonly tokens: number }[];
}

export interface CollectOptions {
	readonly token: CancellationToken;
	readonly onProgress?: (asked: number) => void;
	/** Chats are kept as messages too, for a server that has the template itself. */
	readonly keepsMessages?: boolean;
}

/**
 * Asks for every sample once, variant by variant in file order, and lays the requests into one tree. In slices, so that
 * whoever else lives in this process goes on.
 * @param look Sees each sample with what it asks: the place to answer it from elsewhere.
 */
export async function collectRequests(
	variants: readonly PlannedVariant[],
	examples: readonly Question[],
	reader: Reader,
	look: (sample: SampleRequest, asked: Asked) => void | Promise<void>,
	{ token, onProgress = () => {}, keepsMessages = false }: CollectOptions,
): Promise<SampleRequests> {
	const trie = new RequestTrie(keepsMessages);
	const samples: SampleRequest[] = [];
	const added: { variant: string; tokens: number }[] = [];
	const pause = slices(token);
	let count = 0;
	for (const planned of variants) {
		const { name } = planned.variant;
		const ask = askerOf(planned.variant, planned.renderer, reader);
		let tokens = 0;
		for (const question of examples) {
			const again = () => ask(question, planned.shots(question));
			const asked = again();
			const place = trie.add(asked);
			tokens += place.added;
			const sample = { question, variant: name, ask: again, ids: place.ids };
			samples.push(sample);
			await look(sample, asked);
			onProgress(++count);
			await pause();
		}
		added.push({ variant: name, tokens });
	}
	return { trie, samples, added };
}

/** The requests of a few samples that are already asked. */
export function requestsOf(asked: readonly Asked[]): SampleRequests {
	const trie = new RequestTrie();
	const samples = asked.map(one => ({
		question: one.question,
		variant: one.variant.name,
		ask: () => one,
		ids: trie.add(one).ids,
	}));
	return { trie, samples, added: [] };
}

/** How long work may block what else waits, in milliseconds. */
const sliceLength = 20;

/** A pause that takes place once in a while, for what else waits. */
export function slices(token: CancellationToken): () => Promise<void> {
	let since = performance.now();
	return async () => {
		if (performance.now() - since > sliceLength) {
			await new Promise(resolve => setImmediate(resolve));
			throwIfCancelled(token);
			since = performance.now();
		}
	};
}
