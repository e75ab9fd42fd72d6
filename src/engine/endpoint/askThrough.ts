import { type CancellationToken, throwIfCancelled } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import type { MessageCode } from '../../protocol/messages';
import type { WorkOptions } from '../contract';
import type { Answer, RequestId } from '../requests';
import { Answers } from './answers';
import { adaptiveConcurrency, inFlight } from './concurrency';
import { type Ask, type EndpointPlan, newTokens, stillWanted } from './endpointPlan';
import type { Probed } from './probe';
import type { Route } from './route';
import type { Server } from './server';
import type { Tally } from './tally';
import type { Texts } from './texts';

/** Whom is asked, and what is counted. */
export interface Asking {
	readonly host: string;
	readonly server: Server;
	readonly route: Route;
	readonly texts: Texts;
	readonly tally: Tally;
	/** Null: nothing to compare with. */
	readonly probed: Probed | null;
	/** Called when the server was seen to be the same as at first. */
	readonly onSame: () => void;
}

type Sent =
	| { readonly ask: Ask; readonly failure: null; readonly answers: readonly Answer[] }
	| { readonly ask: Ask; readonly failure: Failure };

/** What the server itself is the reason of, whatever it is asked. */
const gone = new Set<MessageCode>([
	'endpoint.unreachable',
	'endpoint.timeout',
	'endpoint.malformed',
	'endpoint.server-failed',
]);

/** So many requests fail one after the other before the run ends: of a server that is gone, of one that refuses them. */
const failuresInARow = { gone: 5, refused: 50 };

/** Answers between two looks whether the server is still the same. */
const lookEvery = 200;

/** Asks for all that is wanted, in the plan's order, several at a time, and yields answers as they come. */
export async function* askThrough(
	plan: EndpointPlan,
	asking: Asking,
	{ isDone, onStep, token }: WorkOptions,
): AsyncGenerator<Answer> {
	throwIfCancelled(token);
	const { tally } = asking;
	const wanted = plan.asks.flatMap(ask => stillWanted(ask, isDone) ?? []);
	const steps = new Map(wanted.map((ask, i) => [ask, newTokens(ask, wanted[i - 1] ?? null)]));
	const concurrency = adaptiveConcurrency(asking.server.slots);
	tally.onBusy = () => concurrency.refused();
	const answers = new Answers(plan, asking.route, asking.texts, asking.host);
	const send = sender(answers, () => concurrency.succeeded());
	const { signal, dispose } = signalOf(token);
	const sameServer = looker(asking, signal);
	const failures = new Failures(answers);
	let since = performance.now();
	try {
		for await (const sent of inFlight(wanted, send, () => concurrency.limit, signal)) {
			throwIfCancelled(token);
			const now = performance.now();
			onStep?.({ tokens: 1, depth: 0, ...steps.get(sent.ask), seconds: (now - since) / 1000 });
			since = now;
			if (sent.failure) {
				failures.add(sent.ask, sent.failure);
				continue;
			}
			await sameServer();
			yield* failures.told();
			yield* sent.answers.filter(({ request }) => !isDone(request));
		}
		const isThere = await sameServer('at the end');
		yield* isThere ? failures.told() : failures.last();
	} catch (error) {
		throwIfCancelled(token);
		throw error;
	} finally {
		dispose();
		tally.onBusy = () => {};
	}
}

function sender(answers: Answers, onAnswer: () => void) {
	return async (ask: Ask, signal: AbortSignal): Promise<Sent> => {
		try {
			const answered = await answers.send(ask, signal);
			onAnswer();
			return { ask, failure: null, answers: answered };
		} catch (error) {
			signal.throwIfAborted();
			if (error instanceof Failure && error.kind === 'run') {
				return { ask, failure: error };
			}
			throw error;
		}
	};
}

/**
 * Failures, told of once the server has answered something else: a server that is gone may come back on another way, and is
 * then asked again.
 */
class Failures {
	#waiting: Answer[] = [];
	#inARow = { gone: 0, refused: 0 };
	#latest: Failure | null = null;

	constructor(private readonly answers: Answers) {}

	/** @throws Failure where it is one too many. */
	add(ask: Ask, failure: Failure): void {
		const kind = gone.has(failure.reason.code) ? 'gone' : 'refused';
		this.#inARow[kind]++;
		this.#latest = failure;
		if (this.#inARow[kind] >= failuresInARow[kind]) {
			throw failure;
		}
		this.#waiting.push(...this.answers.fail(requestsOf(ask), failure.reason));
	}

	/** Those that wait, as the server answers. */
	told(): Answer[] {
		const waiting = this.#waiting;
		this.#waiting = [];
		this.#inARow = { gone: 0, refused: 0 };
		this.#latest = null;
		return waiting;
	}

	/** Those that wait, as nothing else is asked and nobody answers. @throws Failure where the way to the server is broken. */
	last(): Answer[] {
		if (this.#latest?.reason.code === 'endpoint.unreachable') {
			throw this.#latest;
		}
		return this.told();
	}
}

function requestsOf(ask: Ask): RequestId[] {
	return ask.kind === 'next' ? ask.marks.map(({ request }) => request) : [ask.request];
}

/**
 * Looks whether the server is still the same: from time to time, and when it may have been another one's turn. Gives whether
 * it answered then.
 */
function looker({ tally, probed, onSame }: Asking, signal: AbortSignal) {
	let answered = 0;
	return async (when?: 'at the end'): Promise<boolean> => {
		answered++;
		if (when !== 'at the end' && !tally.mayBeOther && answered % lookEvery !== 0) {
			return true;
		}
		let isThere = probed !== null;
		try {
			await probed?.again(signal);
			onSame();
		} catch (error) {
			// Whether it is gone, the other requests tell.
			if (!(error instanceof Failure && gone.has(error.reason.code))) {
				throw error;
			}
			isThere = false;
		}
		tally.looked();
		return isThere;
	};
}

function signalOf(token: CancellationToken) {
	const abort = new AbortController();
	const listening = token.onCancellationRequested(() => abort.abort());
	return {
		signal: abort.signal,
		dispose() {
			listening.dispose();
			abort.abort();
		},
	};
}
