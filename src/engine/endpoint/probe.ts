import { inputFailure, runFailure } from '../../protocol/failure';
import { type Message, message } from '../../protocol/messages';
import type { Ask, EndpointPlan } from './endpointPlan';
import { tokensTo } from './endpointPlan';
import type { NextTokens, Route, Sequence, WantedToken } from './route';
import type { Server } from './server';

/** What was found out about a server with prompts of the run, before it began. Recorded with the run. */
export interface ProbeRecord {
	/** Prompts of the run that were sent. */
	readonly prompts: number;
	/** How the tokens of the two sides were compared: by the ids that the server gives for the text, or their number. */
	readonly tokens: 'ids' | 'count' | 'not told';
	/** The largest difference of a label's log-probability between two sendings of the same prompt. */
	readonly repeat_difference: number;
	/** Of the first prompt: asked again on the way, to see that the server is still the same. */
	readonly canary: { readonly tokens: number; readonly logprobs: readonly number[] };
}

export interface Probed {
	readonly record: ProbeRecord;
	readonly notes: readonly Message[];
	/** Sends the first prompt once more. @throws Failure where the answer is another one. */
	readonly again: (signal: AbortSignal) => Promise<void>;
}

export interface ProbeSubject {
	readonly host: string;
	readonly server: Server;
	readonly route: Route;
	readonly sequenceOf: (ids: readonly number[]) => Sequence;
	readonly wantedOf: (token: number) => WantedToken;
	/** Ids of a text as this side reads it, nothing added. */
	readonly encode: (text: string) => readonly number[];
}

/** Beyond this, two sendings of one prompt are told of: batches and caches of servers move the last digits, no more. */
const noteworthy = 0.01;

/** Beyond this, it is another model that answers. Activations in 8 bits move a log-probability by 0.1 or so. */
const otherModel = 0.5;

/** Labels that are exactly as probable as each other: what a server answers that has no log-probabilities. */
const equal = 1e-9;

/**
 * Sends some prompts of the run and looks at what comes back: the tokens are the same on both sides, all labels are there,
 * they differ from each other, the same prompt twice gives the same.
 * @throws Failure with the reason where the server would give scores that mean nothing.
 */
export async function probe(plan: EndpointPlan, subject: ProbeSubject, signal: AbortSignal): Promise<Probed> {
	const { route, host } = subject;
	checkWindow(plan, subject);
	const asks = someOf(plan.asks.filter(ask => ask.kind === 'next'));
	let tokens: ProbeRecord['tokens'] = 'not told';
	let difference = 0;
	let canary: ProbeRecord['canary'] = { tokens: 0, logprobs: [] };
	let first: (() => Promise<NextTokens>) | null = null;
	for (const ask of asks) {
		const ids = tokensTo(ask.node);
		const send = (to: AbortSignal) => route.after(subject.sequenceOf(ids), wantedTokens(ask, subject), to);
		const one = await send(signal);
		tokens = await checkTokens(ids, one, subject, signal);
		const labels = checkLabels(ask, one, subject);
		const two = await send(signal);
		difference = Math.max(difference, differenceOf(labels, two.logprobs));
		if (first === null) {
			canary = { tokens: ids.length, logprobs: labels };
			first = () => send(signal);
		}
	}
	await checkWithin(plan, subject, signal);
	if (difference > otherModel) {
		throw runFailure('endpoint.not-repeatable', { host, difference: difference.toFixed(2) });
	}
	const [ask] = asks;
	return {
		record: { prompts: asks.length, tokens, repeat_difference: difference, canary },
		notes: difference > noteworthy ? [message('endpoint.repeat', { host, difference: difference.toFixed(3) })] : [],
		async again(to) {
			if (ask) {
				const ids = tokensTo(ask.node);
				const now = await route.after(subject.sequenceOf(ids), wantedTokens(ask, subject), to);
				refuseOtherModel(host, canary.logprobs, now.logprobs);
			}
		},
	};
}

/** @throws Failure where the same prompt has other answers than it had. */
export function refuseOtherModel(host: string, before: readonly number[], now: readonly (number | null)[]): void {
	const difference = differenceOf(before, now);
	if (difference > otherModel) {
		throw runFailure('endpoint.model-changed', { host, difference: difference.toFixed(2) });
	}
}

function someOf(asks: readonly Extract<Ask, { kind: 'next' }>[]): readonly Extract<Ask, { kind: 'next' }>[] {
	const places = [0, Math.floor(asks.length / 2), asks.length - 1];
	return [...new Set(places)].flatMap(place => asks[place] ?? []);
}

function wantedTokens({ marks }: Extract<Ask, { kind: 'next' }>, { wantedOf }: ProbeSubject): WantedToken[] {
	return marks.map(({ token }) => wantedOf(token));
}

/** The server may have been started with a smaller window than the model has. */
function checkWindow(plan: EndpointPlan, { host, server }: ProbeSubject): void {
	const longest = plan.asks.reduce((most, { node }) => Math.max(most, node.depth), 0);
	if (server.window !== null && longest >= server.window) {
		throw inputFailure('endpoint.window', { host, window: server.window, tokens: longest });
	}
}

async function checkTokens(
	ids: readonly number[],
	answer: NextTokens,
	{ host, route, sequenceOf, encode }: ProbeSubject,
	signal: AbortSignal,
): Promise<ProbeRecord['tokens']> {
	const text = sequenceOf(ids).text();
	if (route.tokenize) {
		const ours = encode(text);
		const theirs = await route.tokenize(text, signal);
		const at = ours.findIndex((id, i) => id !== theirs[i]);
		if (at >= 0 || theirs.length !== ours.length) {
			const place = at >= 0 ? at : Math.min(ours.length, theirs.length);
			throw inputFailure('endpoint.other-tokens', { host, ours: ours.length, theirs: theirs.length, place });
		}
	}
	const { prompt } = answer.usage;
	if (prompt !== null && prompt !== ids.length) {
		throw inputFailure('endpoint.other-count', { host, ours: ids.length, theirs: prompt });
	}
	return route.tokenize ? 'ids' : prompt === null ? 'not told' : 'count';
}

function checkLabels(
	{ marks }: Extract<Ask, { kind: 'next' }>,
	answer: NextTokens,
	{ host, route, wantedOf }: ProbeSubject,
): number[] {
	if (answer.given === 0) {
		throw inputFailure('endpoint.no-logprobs', { host, route: route.name });
	}
	const missing = marks.filter((_, i) => answer.logprobs[i] === null).map(({ token }) => wantedOf(token).text);
	if (missing.length > 0) {
		throw inputFailure('endpoint.labels-missing', {
			host,
			labels: missing.map(text => JSON.stringify(text)).join(', '),
			given: answer.given,
		});
	}
	// None is null by now.
	const labels = answer.logprobs.map(logprob => logprob ?? Number.NaN);
	const distinct = new Set(marks.map(({ token }) => token)).size;
	if (distinct > 1 && labels.every(logprob => Math.abs(logprob - (labels[0] ?? 0)) < equal)) {
		throw inputFailure('endpoint.equal-labels', { host, route: route.name });
	}
	return labels;
}

/** That log-probabilities of a prompt's own tokens are as many as the tokens: a server may honour `echo` in part. */
async function checkWithin(plan: EndpointPlan, subject: ProbeSubject, signal: AbortSignal): Promise<void> {
	const { host, route, sequenceOf } = subject;
	const ask = plan.asks.find(one => one.kind === 'within');
	if (ask?.kind === 'within' && route.within) {
		const ids = [...tokensTo(ask.node), ask.last];
		const { logprobs } = await route.within(sequenceOf(ids), ids.length - ask.tokens, signal);
		if (logprobs.length !== ask.tokens || logprobs.some(Number.isNaN)) {
			throw inputFailure('endpoint.echo', { host, route: route.name });
		}
	}
}

function differenceOf(before: readonly number[], now: readonly (number | null)[]): number {
	return before.reduce((most, value, i) => Math.max(most, Math.abs(value - (now[i] ?? Number.NEGATIVE_INFINITY))), 0);
}
