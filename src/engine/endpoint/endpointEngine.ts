import { withSignal } from '../../hub/abort';
import { type Clock, systemClock } from '../../hub/retry';
import { type CancellationToken, throwIfCancelled } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import { type Message, message } from '../../protocol/messages';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { Engine } from '../contract';
import type { Answer } from '../requests';
import { Answers } from './answers';
import { adaptiveConcurrency, inFlight } from './concurrency';
import { type Ask, asksLeft, type EndpointPlan, isWanted, newTokens, planAsks } from './endpointPlan';
import { openRoute, servedName } from './openRoute';
import { type Probed, type ProbeRecord, probe, refuseOtherModel } from './probe';
import type { Route, Usage } from './route';
import { askServer, type Server } from './server';
import { type ServerAddress, serverClient } from './serverClient';
import { type EndpointCounts, Tally } from './tally';
import { textsOf } from './texts';

export interface EndpointOptions {
	readonly address: ServerAddress;
	readonly tokenizer: Tokenizer;
	/** The name that was written for this server, and the model's own; null: none. */
	readonly names: readonly [written: string | null, own: string | null];
	/** What an earlier sitting found: another answer to the same prompt is refused. */
	readonly before?: ProbeRecord | undefined;
	/** For one request, in milliseconds. */
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
}

/** So many requests fail one after the other before the server is taken for gone. */
const failuresInARow = 5;

/** Requests between two looks whether the server is still the same. */
const lookEvery = 500;

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
	const route = await withSignal(token, signal => openRoute(client, server, model, signal));
	const texts = textsOf(tokenizer);
	let probed: Probed | null = null;

	return {
		host,
		server,
		model,
		route,
		get counts() {
			return tally.counts;
		},
		plan: requests => planAsks(requests, route, host),
		left: asksLeft,
		async probe(plan, own) {
			const subject = { host, server, route, ...texts };
			probed = await withSignal(own, signal => probe(plan, subject, signal));
			if (before && before.canary.tokens === probed.record.canary.tokens) {
				refuseOtherModel(host, before.canary.logprobs, probed.record.canary.logprobs);
			}
			return probed;
		},
		async *work(plan, options) {
			throwIfCancelled(options.token);
			const concurrency = adaptiveConcurrency(server.slots);
			tally.onBusy = () => concurrency.refused();
			const wanted = plan.asks.filter(ask => isWanted(ask, options.isDone));
			const steps = stepsOf(wanted);
			const answers = new Answers(plan, route, texts);
			const send = async (ask: Ask, signal: AbortSignal): Promise<Sent> => {
				const retries = tally.retries;
				try {
					const sent = await answers.send(ask, signal);
					tally.add(sent.usage);
					if (retries === tally.retries) {
						concurrency.succeeded();
					}
					return { ask, ...sent };
				} catch (error) {
					signal.throwIfAborted();
					if (error instanceof Failure && error.kind === 'run') {
						return { ask, failure: error };
					}
					throw error;
				}
			};
			const abort = new AbortController();
			const onCancel = options.token.onCancellationRequested(() => abort.abort());
			let failed = 0;
			let since = performance.now();
			let sentCount = 0;
			try {
				for await (const sent of inFlight(wanted, untilAborted(send, abort.signal), () =>
					tally.atOnce(concurrency.limit),
				)) {
					throwIfCancelled(options.token);
					const now = performance.now();
					options.onStep?.({ ...steps(sent.ask), seconds: (now - since) / 1000 });
					since = now;
					failed = 'failure' in sent ? failed + 1 : 0;
					if ('failure' in sent && failed >= failuresInARow) {
						throw sent.failure;
					}
					for (const answer of 'failure' in sent ? answers.fail(sent.ask, sent.failure.reason) : sent.answers) {
						if (!options.isDone(answer.request)) {
							yield answer;
						}
					}
					sentCount++;
					if (sentCount % lookEvery === 0) {
						await lookAgain(probed, abort.signal);
					}
				}
				await lookAgain(probed, abort.signal);
			} catch (error) {
				throwIfCancelled(options.token);
				throw error;
			} finally {
				onCancel.dispose();
				abort.abort();
				tally.onBusy = () => {};
			}
		},
		dispose() {},
	};
}

async function lookAgain(probed: Probed | null, signal: AbortSignal): Promise<void> {
	await probed?.again(signal);
}

function untilAborted<T, R>(work: (item: T, signal: AbortSignal) => Promise<R>, outer: AbortSignal) {
	return (item: T, signal: AbortSignal) => work(item, AbortSignal.any([signal, outer]));
}

type Sent =
	| { readonly ask: Ask; readonly answers: readonly Answer[]; readonly usage: Usage }
	| { readonly ask: Ask; readonly failure: Failure };

/** What each ask adds to those before it. */
function stepsOf(asks: readonly Ask[]) {
	const steps = new Map<Ask, { readonly tokens: number; readonly depth: number }>();
	let before: Ask | null = null;
	for (const ask of asks) {
		steps.set(ask, newTokens(ask, before));
		before = ask;
	}
	return (ask: Ask) => steps.get(ask) ?? { tokens: 1, depth: 0 };
}

/** What a reader of the server's numbers must know. */
export function servedNotes({ host, server }: Pick<EndpointEngine, 'host' | 'server'>): Message[] {
	return server.weights !== null && server.kind === 'llama.cpp' && server.weights.startsWith('Q')
		? [message('endpoint.quantised-activations', { host, weights: server.weights })]
		: [];
}
