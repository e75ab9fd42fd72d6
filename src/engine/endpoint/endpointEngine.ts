import { withSignal } from '../../hub/abort';
import { type Clock, systemClock } from '../../hub/retry';
import type { CancellationToken } from '../../protocol/cancellation';
import { type Message, message } from '../../protocol/messages';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { Engine } from '../contract';
import { askThrough } from './askThrough';
import { countedRoute } from './countedRoute';
import { asksLeft, type EndpointPlan, planAsks } from './endpointPlan';
import { openRoute, servedName } from './openRoute';
import { type Probed, type ProbeRecord, probe, refuseOtherModel } from './probe';
import type { Route } from './route';
import { askServer, type Server } from './server';
import { type ServerAddress, serverClient } from './serverClient';
import { type EndpointCounts, Tally } from './tally';
import { findBos, sampleText, textsOf } from './texts';

export interface EndpointOptions {
	readonly address: ServerAddress;
	readonly tokenizer: Tokenizer;
	/** The name that was written for this server, and the model's own; null: none. */
	readonly names: readonly [written: string | null, own: string | null];
	/** What an earlier sitting found: another answer to the same prompt is refused. */
	readonly before?: ProbeRecord | undefined;
	/** For one request that writes nothing, in milliseconds. */
	readonly timeout?: number;
	readonly clock?: Clock;
}

export interface EndpointEngine extends Engine<EndpointPlan> {
	readonly host: string;
	readonly server: Server;
	/** The model's name there. */
	readonly model: string;
	readonly route: Route;
	/** Sends prompts of the run and looks at the answers. Before `work`. */
	probe(plan: EndpointPlan, token: CancellationToken): Promise<Probed>;
	readonly counts: EndpointCounts;
	/** How often the server was seen to be the same as at first: all answers that came before are its own. */
	readonly looks: number;
}

/**
 * Opens an engine on a server that answers. Nothing is computed but a token or two, to find out how it is to be asked.
 * @throws Failure where it cannot be reached, or serves no such model.
 */
export async function openEndpoint(options: EndpointOptions, token: CancellationToken): Promise<EndpointEngine> {
	const { address, tokenizer, names, before, timeout, clock = systemClock } = options;
	const tally = new Tally();
	const client = serverClient(address, {
		clock,
		...(timeout !== undefined && { timeout }),
		onRetry: cause => tally.retry(cause),
	});
	const { host } = client;
	const server = await withSignal(token, signal => askServer(client, signal));
	const model = servedName(server, host, names);
	const sample = { text: sampleText, ids: [...tokenizer.prefix, ...tokenizer.encode(sampleText)] };
	const route = countedRoute(
		await withSignal(token, signal => openRoute(client, server, model, sample, signal)),
		tally,
	);
	const texts = textsOf(tokenizer, await withSignal(token, signal => findBos(route, tokenizer, signal)));
	const subject = { host, server, route };
	let probed: Probed | null = null;
	let looks = 0;
	const onSame = () => {
		looks++;
	};

	return {
		host,
		server,
		model,
		route,
		get counts() {
			return tally.counts;
		},
		get looks() {
			return looks;
		},
		plan: requests => planAsks(requests, route, host),
		left: asksLeft,
		async probe(plan, own) {
			probed = await withSignal(own, signal => probe(plan, { ...subject, ...texts }, signal));
			tally.looked();
			if (before && before.canary.tokens === probed.record.canary.tokens) {
				refuseOtherModel(host, before.canary.logprobs, probed.record.canary.logprobs);
			}
			return probed;
		},
		work: (plan, options) => askThrough(plan, { ...subject, texts, tally, probed, onSame }, options),
		dispose() {},
	};
}

/** What a reader of the server's numbers must know. */
export function servedNotes({ host, server }: Pick<EndpointEngine, 'host' | 'server'>): Message[] {
	return server.weights !== null && server.kind === 'llama.cpp' && server.weights.startsWith('Q')
		? [message('endpoint.quantised-activations', { host, weights: server.weights })]
		: [];
}
