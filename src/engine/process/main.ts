import { Channel, type Port } from '../../protocol/channel';
import { EventSource } from '../../protocol/event';
import { loadTokenizer } from '../../tokenizer/loadTokenizer';
import type { EngineParentSide, EngineProcessSide, LoadedModel, LoadRequest } from '../wire';
import { createContextReader } from './contextReader';
import { createDecoder } from './decoder';
import { decoderLayout } from './decoderLayout';
import { loadRuntime, openSession } from './runtime';
import { createScorer, type Scorer } from './scorer';
import { createWriter, type Writer } from './writer';

// Forked by localEngine.ts. Without a parent there is nobody to compute for.
process.on('disconnect', () => process.exit());

let loading: Promise<Loaded> | undefined;
let last: Promise<unknown> = Promise.resolve();

interface Loaded {
	readonly model: LoadedModel;
	readonly scorer: Scorer;
	/** Reads the tokenizer on its first call: most runs only score. */
	readonly writer: () => Promise<Writer>;
}

async function load(request: LoadRequest): Promise<Loaded> {
	const { file, folder } = request;
	const runtime = await loadRuntime();
	const { session, ...opened } = await openSession(runtime, file, request.device, request.threads);
	const layout = decoderLayout(session, request.shape, file);
	const decoder = createDecoder(runtime, session, layout, file);
	const model = { file, device: opened.device };
	const contexts = createContextReader(decoder, model);
	let writer: Promise<Writer> | undefined;
	return {
		model: { ...opened, version: runtime.env.versions.node ?? '', vocabularySize: layout.vocabularySize },
		scorer: createScorer(decoder, contexts, model),
		writer() {
			writer ??= loadTokenizer(folder).then(({ decode, eos }) => {
				// Where the tokenizer's own differs from the model's, lm-evaluation-harness ends at either.
				const endOfText = new Set([...request.endOfText, ...(eos === undefined ? [] : [eos])]);
				return createWriter(decoder, contexts, { decode, endOfText }, model);
			});
			return writer;
		},
	};
}

/** One after the other: requests share the kept prefix, and a forward uses all threads anyway. */
function inTurn<T>(work: (model: Loaded) => Promise<T>): Promise<T> {
	const done = last.then(async () => {
		if (!loading) {
			throw new Error('a request before load');
		}
		return work(await loading);
	});
	last = done.catch(() => {});
	return done;
}

new Channel<EngineProcessSide, EngineParentSide>(parentPort(), {
	async load(request) {
		loading = load(request);
		return (await loading).model;
	},
	score: request => inTurn(({ scorer }) => scorer.score(request)),
	generate: request => inTurn(async ({ writer }) => (await writer()).generate(request)),
});

function parentPort(): Port {
	const messages = new EventSource<unknown>();
	process.on('message', value => messages.fire(value));
	return { post: value => process.send?.(value), onMessage: messages.event };
}
