import type { ChatMessage } from '../../protocol/prompt';
import { commonLength } from '../../tokenizer/commonLength';
import type { GenerateRequest, LoglikelihoodRequest, QuestionRequests, RequestId } from '../requests';
import { TokenTrie, type TrieNode } from './tokenTrie';

/** What the end of a token sequence is there for. */
export type Mark =
	/** How probable `token` is next: the `step`th token of a continuation. */
	| {
			readonly kind: 'read';
			readonly request: RequestId;
			readonly continuation: number;
			readonly step: number;
			readonly token: number;
	  }
	/** The model writes from here. */
	| { readonly kind: 'write'; readonly request: RequestId };

export type RequestNode = TrieNode<Mark>;

/**
 * Tokens that requests take, each computed from the continuations' sequences context + continuation without its last token:
 * one by one (`naive`), with each question's own beginnings shared (`oneRequest`), with all shared (`distinct`).
 * What is written comes on top.
 */
export interface TokenCounts {
	readonly naive: number;
	readonly oneRequest: number;
	readonly distinct: number;
}

/** Where a request stands in the tree. */
export interface RequestPlace {
	/** The end of what its format repeats before other questions. */
	readonly prefix: RequestNode;
	/** The end of its context. */
	readonly end: RequestNode;
	/** The ends of its continuations without their last tokens, in order; null: the request lets the model write. */
	readonly leaves: readonly RequestNode[] | null;
}

export type WriteOptions = Pick<GenerateRequest, 'maxTokens' | 'until'>;

/** All requests of a run for one model, in one token tree. */
export class RequestTrie {
	readonly #trie = new TokenTrie<Mark>();
	readonly #places: RequestPlace[] = [];
	readonly #writes = new Map<RequestId, WriteOptions>();
	readonly #messages = new Map<RequestId, readonly ChatMessage[]>();
	#naive = 0;

	/** @param keepsMessages Of chats, for engines that ask for them: all of a benchmark's take much memory. */
	constructor(private readonly keepsMessages = false) {}
	#oneRequest = 0;

	get root(): RequestNode {
		return this.#trie.root;
	}

	/** By request. */
	get places(): readonly RequestPlace[] {
		return this.#places;
	}

	get counts(): TokenCounts {
		return { naive: this.#naive, oneRequest: this.#oneRequest, distinct: this.#trie.size };
	}

	/** Of a request that is a chat: what its context was written from. */
	messages(request: RequestId): readonly ChatMessage[] | null {
		return this.#messages.get(request) ?? null;
	}

	/** How a request lets the model write. */
	write(request: RequestId): WriteOptions {
		const write = this.#writes.get(request);
		if (!write) {
			throw new Error('a request that writes nothing');
		}
		return write;
	}

	/**
	 * Adds what is asked about a question.
	 * @returns Ids of its requests in their order, that of the generation last; and how many tokens it added to the tree.
	 */
	add({ requests, generation }: QuestionRequests): { readonly ids: readonly RequestId[]; readonly added: number } {
		const before = this.#trie.size;
		const sequences: (readonly number[])[] = [];
		const ids = requests.map(request => this.#addScored(request, sequences));
		if (generation) {
			ids.push(this.#addWritten(generation));
			sequences.push(generation.context);
		}
		this.#naive += sequences.reduce((sum, sequence) => sum + sequence.length, 0);
		this.#oneRequest += distinctTokens(sequences);
		return { ids, added: this.#trie.size - before };
	}

	#addScored(
		{ context, prefix, continuations, messages }: LoglikelihoodRequest,
		sequences: (readonly number[])[],
	): RequestId {
		// One without would never be answered.
		if (continuations.length === 0 || continuations.some(tokens => tokens.length === 0)) {
			throw new Error('a request needs continuations of at least one token');
		}
		const request = this.#places.length;
		const place = this.#context(context, prefix);
		const leaves = continuations.map((tokens, continuation) => {
			let node = place.end;
			for (const [step, token] of tokens.entries()) {
				node.marks.push({ kind: 'read', request, continuation, step, token });
				node = step + 1 < tokens.length ? this.#trie.extend(node, [token]) : node;
			}
			sequences.push(tokens.length > 1 ? [...context, ...tokens.slice(0, -1)] : context);
			return node;
		});
		this.#places.push({ ...place, leaves });
		this.#note(request, messages);
		return request;
	}

	#addWritten(generation: GenerateRequest): RequestId {
		const request = this.#places.length;
		const place = this.#context(generation.context, generation.prefix);
		place.end.marks.push({ kind: 'write', request });
		this.#places.push({ ...place, leaves: null });
		const { maxTokens, until, messages } = generation;
		this.#writes.set(request, { maxTokens, until });
		this.#note(request, messages);
		return request;
	}

	#note(request: RequestId, messages: readonly ChatMessage[] | undefined): void {
		if (messages && this.keepsMessages) {
			this.#messages.set(request, messages);
		}
	}

	#context(tokens: readonly number[], shared: number): Pick<RequestPlace, 'prefix' | 'end'> {
		if (!(shared >= 0 && shared < tokens.length)) {
			throw new Error('a request needs a context longer than its prefix');
		}
		const prefix = this.#trie.extend(this.#trie.root, tokens.slice(0, shared));
		return { prefix, end: this.#trie.extend(prefix, tokens.slice(shared)) };
	}
}

/** Nodes of the token tree of a few sequences. */
function distinctTokens(sequences: readonly (readonly number[])[]): number {
	const [first, ...others] = sequences;
	if (!first) {
		return 0;
	}
	if (others.every(sequence => sequence === first)) {
		return first.length;
	}
	const sorted = [...sequences].sort(compareTokens);
	return sorted.reduce((sum, tokens, i) => sum + tokens.length - commonLength(tokens, sorted[i - 1] ?? []), 0);
}

function compareTokens(a: readonly number[], b: readonly number[]): number {
	const common = commonLength(a, b);
	return (a[common] ?? -1) - (b[common] ?? -1);
}
