import type { Engine } from '../engine/contract';
import { openEndpoint } from '../engine/endpoint/endpointEngine';
import { startLocalEngine } from '../engine/localEngine';
import type { EnginePlan } from '../engine/planning/enginePlan';
import type { CancellationToken } from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';
import { inputFailure } from '../protocol/failure';
import { localOptions } from './modelEngine';
import type { RunModel } from './models';
import type { EvaluateOptions } from './options';
import { noCache } from './responseCache';
import type { SampleRequests } from './sampleRequests';
import { type FailedSample, type ScoredSample, scoreSamples } from './scoreSamples';
import { urlAddress } from './urlAddress';

/** A model that is asked about one example after the other. */
export interface ExampleModel extends Disposable {
	readonly model: RunModel;
	score(requests: SampleRequests, token: CancellationToken): AsyncGenerator<ScoredSample | FailedSample>;
}

/**
 * Starts the process of a model of this computer, or finds the server that computes it.
 * @throws Failure where a server would have to be started: that is for a run, which ends it.
 */
export async function openExampleModel(
	model: RunModel,
	options: Pick<EvaluateOptions, 'enginePath' | 'secret'>,
	token: CancellationToken,
): Promise<ExampleModel> {
	if (model.kind === 'local') {
		return asked(model, await startLocalEngine(localOptions(model, options), token));
	}
	const { launch, tokenizer, id } = model;
	if (launch.kind !== 'url') {
		throw inputFailure('run.remote-example', { model: model.name });
	}
	const address = await urlAddress(launch, model.name, options.secret);
	const engine = await openEndpoint({ address, tokenizer, names: [launch.model, id] }, token);
	// Each prompt may be one that this server reads in another way.
	return asked(model, engine, (plan, own) => engine.probe(plan, own));
}

function asked<P extends EnginePlan>(
	model: RunModel,
	engine: Engine<P>,
	probe?: (plan: P, token: CancellationToken) => Promise<unknown>,
): ExampleModel {
	return {
		model,
		async *score(requests, token) {
			const plan = engine.plan(requests.trie);
			await probe?.(plan, token);
			yield* scoreSamples(requests, plan, engine, model.tokenizer, { cache: noCache, token });
		},
		dispose: () => engine.dispose(),
	};
}
