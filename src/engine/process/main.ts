import { Channel, type Port } from '../../protocol/channel';
import { EventSource } from '../../protocol/event';
import type { EngineParentSide, EngineProcessSide, LoadedModel, LoadRequest } from '../wire';
import { createDecoder } from './decoder';
import { decoderLayout } from './decoderLayout';
import { loadRuntime, openSession } from './runtime';
import { createScorer, type Scorer } from './scorer';

// Forked by localEngine.ts. Without a parent there is nobody to compute for.
process.on('disconnect', () => process.exit());

let loading: Promise<Loaded> | undefined;
let last: Promise<unknown> = Promise.resolve();

interface Loaded {
	readonly model: LoadedModel;
	readonly scorer: Scorer;
}

async function load(request: LoadRequest): Promise<Loaded> {
	const { file } = request;
	const runtime = await loadRuntime();
	const { session, ...opened } = await openSession(runtime, file, request.device, request.threads);
	const layout = decoderLayout(session, request.shape, file);
	const decoder = createDecoder(runtime, session, layout, file);
	return {
		model: { ...opened, version: runtime.env.versions.node ?? '', vocabularySize: layout.vocabularySize },
		scorer: createScorer(decoder, { file, device: opened.device }),
	};
}

new Channel<EngineProcessSide, EngineParentSide>(parentPort(), {
	async load(request) {
		loading = load(request);
		return (await loading).model;
	},
	score(request) {
		// One after the other: requests share the kept prefix, and a forward uses all threads anyway.
		const scored = last.then(async () => {
			if (!loading) {
				throw new Error('score before load');
			}
			return (await loading).scorer.score(request);
		});
		last = scored.catch(() => {});
		return scored;
	},
});

function parentPort(): Port {
	const messages = new EventSource<unknown>();
	process.on('message', value => messages.fire(value));
	return { post: value => process.send?.(value), onMessage: messages.event };
}
