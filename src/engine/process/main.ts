import { Channel, type Port } from '../../protocol/channel';
import { EventSource } from '../../protocol/event';
import { loadTokenizer } from '../../tokenizer/loadTokenizer';
import type { ProbedProvider, Provider } from '../device';
import type { EngineParentSide, EngineProcessSide, LoadedModel, LoadRequest, Probed } from '../wire';
import { createContextReader } from './contextReader';
import { createDecoder } from './decoder';
import { decoderLayout } from './decoderLayout';
import { physicalCores } from './physicalCores';
import { probeProvider } from './probe';
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
	const { session, threads } = await openSession(runtime, file, request.device, request.threads);
	const layout = decoderLayout(session, request.shape, file);
	const model = { file, device: request.device };
	const decoder = createDecoder(runtime, session, layout, model);
	const contexts = createContextReader(decoder, model);
	let writer: Promise<Writer> | undefined;
	return {
		model: { version: runtime.env.versions.node ?? '', threads, vocabularySize: layout.vocabularySize },
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

async function probe(providers: readonly Provider[]): Promise<Probed> {
	const runtime = await loadRuntime();
	const probed: ProbedProvider[] = [];
	for (const provider of providers) {
		probed.push(await probeProvider(runtime, provider));
	}
	return { version: runtime.env.versions.node ?? '', threads: physicalCores(), probed };
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
	probe: ({ providers }) => probe(providers),
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
