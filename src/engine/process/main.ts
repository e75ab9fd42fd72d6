import { Channel, type Port } from '../../protocol/channel';
import { EventSource } from '../../protocol/event';
import { loadTokenizer } from '../../tokenizer/loadTokenizer';
import type { ProbedProvider, Provider } from '../device';
import type { EngineParentSide, EngineProcessSide, LoadedModel, LoadRequest, Probed } from '../wire';
import { type Computer, createComputer } from './computer';
import { physicalCores } from './physicalCores';
import { openModel } from './preparedModel';
import { probeProvider } from './probe';
import { loadRuntime } from './runtime';
import type { Ending } from './writer';

// Forked by localEngine.ts. Without a parent there is nobody to compute for.
process.on('disconnect', () => process.exit());

let loading: Promise<Loaded> | undefined;
let last: Promise<unknown> = Promise.resolve();

interface Loaded {
	readonly model: LoadedModel;
	readonly compute: Computer;
}

async function load(request: LoadRequest): Promise<Loaded> {
	const { file, device } = request;
	const runtime = await loadRuntime();
	const { decoder, notes, threads, graph } = await openModel(runtime, request);
	const ending = once(() => endingOf(request));
	return {
		model: {
			version: runtime.env.versions.node ?? '',
			notes,
			threads,
			graph,
			vocabularySize: decoder.vocabularySize,
			cacheBytesPerToken: decoder.bytesPerToken,
		},
		compute: createComputer(decoder, { file, device }, ending),
	};
}

/** Where the tokenizer's own end differs from the model's, lm-evaluation-harness ends at either. */
async function endingOf({ folder, endOfText }: LoadRequest): Promise<Ending> {
	const { decode, eos } = await loadTokenizer(folder);
	return { decode, endOfText: new Set([...endOfText, ...(eos === undefined ? [] : [eos])]) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => {
		made ??= make();
		return made;
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

/** One after the other: steps stand on what earlier ones keep, and a forward uses all threads anyway. */
function inTurn<T>(work: (model: Loaded) => Promise<T>): Promise<T> {
	const done = last.then(async () => {
		if (!loading) {
			throw new Error('a request before load');
		}
		const loaded = await loading;
		channel.fire('working', null);
		return work(loaded);
	});
	last = done.catch(() => {});
	return done;
}

const channel = new Channel<EngineProcessSide, EngineParentSide>(parentPort(), {
	probe: ({ providers }) => probe(providers),
	async load(request) {
		loading = load(request);
		return (await loading).model;
	},
	compute: request => inTurn(({ compute }) => compute(request)),
});

function parentPort(): Port {
	const messages = new EventSource<unknown>();
	process.on('message', value => messages.fire(value));
	return { post: value => process.send?.(value), onMessage: messages.event };
}
