import type { EndpointEngine } from '../engine/endpoint/endpointEngine';
import type { EndpointPlan } from '../engine/endpoint/endpointPlan';
import { plusCounts } from '../engine/endpoint/tally';
import type { Message } from '../protocol/messages';
import { seconds } from './modelExecution';
import type { RemoteModel } from './models';
import { notesOfSittings } from './notesOfSittings';
import type { OpenServer } from './openServer';
import type { EndpointRecord, ModelRecord } from './record';

/** What is told of a model that a server computes. */
export interface RemoteFacts {
	readonly model: RemoteModel;
	readonly engine: EndpointEngine;
	readonly plan: EndpointPlan;
	readonly server: OpenServer;
	readonly probe: EndpointRecord['probe'];
	readonly notes: readonly Message[];
	/** Seconds of this sitting. */
	readonly timing: { readonly load: number; readonly plan: number };
	/** Of earlier sittings. */
	readonly before: ModelRecord | null;
}

/** Gives the model's record as it is at the time: of all sittings together. */
export function remoteRecorder(facts: RemoteFacts): () => ModelRecord {
	const { model, engine, plan, server, probe, notes, timing, before } = facts;
	const scored = seconds();
	const earlier = before?.endpoint;
	return () => {
		const { server: found } = engine;
		const counts = earlier ? plusCounts(earlier.counts, engine.counts) : engine.counts;
		const { naive, oneRequest, distinct, planned } = plan.counts;
		return {
			name: model.name,
			...(model.origin ? { repository: model.origin.id } : {}),
			revision: model.revision,
			dtype: model.dtype ?? found.weights ?? 'as served',
			engine: 'endpoint',
			engine_version: [found.kind, found.version].filter(Boolean).join(' '),
			device: model.launch.kind,
			threads: null,
			window: model.window,
			files: [],
			tokenizer_sha256: model.tokenizer.sha256,
			notes: notesOfSittings(before?.notes ?? [], notes),
			plan: null,
			graph: null,
			from_cache: 0,
			endpoint: {
				launch: model.launch.kind,
				host: engine.host,
				server: found.kind,
				version: found.version,
				model: engine.model,
				weights: found.weights,
				route: engine.route.name,
				window: found.window,
				probe: earlier?.probe ?? probe,
				counts,
				hardware: hardwareOf(model),
				cost: server.cost() ?? earlier?.cost ?? null,
			},
			tokens: {
				naive,
				one_request: oneRequest,
				distinct,
				planned,
				computed: counts.tokens_in - (counts.cached ?? 0),
			},
			seconds: {
				load: (before?.seconds.load ?? 0) + timing.load,
				plan: (before?.seconds.plan ?? 0) + timing.plan,
				score: (before?.seconds.score ?? 0) + scored(),
			},
		};
	};
}

function hardwareOf({ launch }: RemoteModel): string | null {
	switch (launch.kind) {
		case 'hf_jobs':
			return launch.flavor;
		case 'slurm':
			return launch.gres;
		default:
			return null;
	}
}
