import { inputFailure, runFailure } from '../../protocol/failure';
import { type Message, message } from '../../protocol/messages';
import { idOf, isWhole } from './answers';
import type { Ask, EndpointPlan } from './endpointPlan';
import { messagesOf, tokensTo } from './endpointPlan';
import type { NextTokens, Route, Usage, WantedToken } from './route';
import type { Server } from './server';
import type { Texts } from './texts';

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

export interface ProbeSubject extends Texts {
	readonly host: string;
	readonly server: Server;
	readonly route: Route;
}

/** Beyond this, two sendings of one prompt are told of: batches and caches of servers move the last digits, no more. */
const noteworthy = 0.01;

/** Beyond this, it is another model that answers. Activations in 8 bits move a log-probability by 0.1 or so. */
const otherModel = 0.5;

/** Labels that are exactly as probable as each other: what a server answers that has no log-probabilities. */
const equal = 1e-9;

/** Rounding lets a certain token come out a little above ln 1. */
const aboveOne = 1e-3;

/** What a server answered to one prompt of the run. */
interface Measured {
	readonly logprobs: readonly number[];
}

interface ProbeAnswer {
	readonly usage: Usage;
	/** @throws Failure where what was asked for did not come back. */
	readonly measured: () => Measured;
}

/**
 * Sends some prompts of the run, among them the longest, and looks at what comes back: the tokens are the same on both
 * sides, all labels are there, they differ from each other, the same prompt twice gives the same.
 * @throws Failure with the reason where the server would give scores that mean nothing.
 */
export async function probe(plan: EndpointPlan, subject: ProbeSubject, signal: AbortSignal): Promise<Probed> {
	const { host } = subject;
	checkWindow(plan, subject);
	const asks = someOf(plan.asks);
	let tokens: ProbeRecord['tokens'] = 'not told';
	let difference = 0;
	let canary: ProbeRecord['canary'] = { tokens: 0, logprobs: [] };
	const equals: boolean[] = [];
	for (const ask of asks) {
		const ids = idsOf(ask);
		const sent = await send(plan, ask, subject, signal);
		// Of other tokens, other labels are probable: that is said first.
		tokens = await checkTokens(ids, sent.usage, subject, signal);
		const one = sent.measured();
		const two = (await send(plan, ask, subject, signal)).measured();
		await checkEcho(ask, subject, signal);
		difference = Math.max(difference, differenceOf(one.logprobs, two.logprobs));
		canary = ask === asks[0] ? { tokens: ids.length, logprobs: one.logprobs } : canary;
		equals.push(...areEqual(ask, one));
	}
	if (difference > otherModel) {
		throw runFailure('endpoint.not-repeatable', { host, difference: difference.toFixed(2) });
	}
	// Rounded to 16 bits, two labels of one prompt may well be equal; not those of all.
	if (equals.length > 0 && equals.every(Boolean)) {
		throw inputFailure('endpoint.equal-labels', { host, route: subject.route.name });
	}
	const [first] = asks;
	return {
		record: { prompts: asks.length, tokens, repeat_difference: difference, canary },
		notes: [
			...(difference > noteworthy ? [message('endpoint.repeat', { host, difference: difference.toFixed(3) })] : []),
			...(tokens === 'not told' && asks.length > 0 ? [message('endpoint.count-not-told', { host })] : []),
		],
		async again(to) {
			if (first) {
				refuseOtherModel(host, canary.logprobs, (await send(plan, first, subject, to)).measured().logprobs);
			}
		},
	};
}

/** @throws Failure where the same prompt has other answers than it had. */
export function refuseOtherModel(host: string, before: readonly number[], now: readonly number[]): void {
	const difference = differenceOf(before, now);
	if (difference > otherModel) {
		throw runFailure('endpoint.model-changed', { host, difference: difference.toFixed(2) });
	}
}

/** Of each kind the first, the one in the middle, the last and the longest. */
function someOf(asks: readonly Ask[]): readonly Ask[] {
	return (['next', 'within', 'write'] as const).flatMap(kind => {
		const own = asks.filter(ask => ask.kind === kind);
		const longest = own.reduce<Ask | undefined>(
			(most, ask) => (most && depthOf(most) >= depthOf(ask) ? most : ask),
			undefined,
		);
		const some = [own[0], own[Math.floor(own.length / 2)], own.at(-1), longest];
		return [...new Set(some)].flatMap(ask => ask ?? []);
	});
}

function idsOf(ask: Ask): number[] {
	const ids = tokensTo(ask.node);
	return ask.kind === 'within' ? [...ids, ask.last] : ids;
}

/** Tokens that the server reads. */
function depthOf({ kind, node }: Ask): number {
	return kind === 'within' ? node.depth + 1 : node.depth;
}

/** The server may have been started with a smaller window than the model has; what is written needs room too. */
function checkWindow({ asks, trie }: EndpointPlan, { host, server }: ProbeSubject): void {
	const needed = asks.reduce((most, ask) => {
		const written = ask.kind === 'write' ? trie.write(ask.request).maxTokens : 1;
		return Math.max(most, depthOf(ask) + written);
	}, 0);
	if (server.window !== null && needed > server.window) {
		throw inputFailure('endpoint.window', { host, window: server.window, tokens: needed });
	}
}

async function send(plan: EndpointPlan, ask: Ask, subject: ProbeSubject, signal: AbortSignal): Promise<ProbeAnswer> {
	const { host, route, sequenceOf, wantedOf } = subject;
	const sequence = sequenceOf(idsOf(ask), messagesOf(plan.trie, ask));
	switch (ask.kind) {
		case 'next': {
			const wanted = ask.marks.map(({ token }) => wantedOf(token));
			const found = await route.after(sequence, wanted, signal);
			return { usage: found.usage, measured: () => ({ logprobs: labelsIn(found, wanted, subject) }) };
		}
		case 'within': {
			const found = await route.within?.(sequence, sequence.ids.length - ask.tokens, signal);
			const measured = () => {
				if (!found || !isWhole(found, ask.tokens)) {
					throw inputFailure('endpoint.echo', { host, route: route.name });
				}
				return { logprobs: found.logprobs };
			};
			return { usage: found?.usage ?? notTold, measured };
		}
		case 'write': {
			const written = await route.write?.(sequence, { maxTokens: 1, until: [] }, signal);
			if (!written) {
				throw inputFailure('endpoint.no-writing', { route: route.name });
			}
			return { usage: written.usage, measured: () => ({ logprobs: written.result.logprobs.slice(0, 1) }) };
		}
	}
}

/**
 * That the token that is the most probable after a context is as probable among the tokens of the prompt: a server was seen
 * whose `echo` tells each token the row of the one after it.
 */
async function checkEcho(ask: Ask, subject: ProbeSubject, signal: AbortSignal): Promise<void> {
	const { host, route, sequenceOf, wantedOf } = subject;
	if (ask.kind !== 'within' || !route.within) {
		return;
	}
	const context = idsOf(ask).slice(0, -ask.tokens);
	const { best } = await route.after(sequenceOf(context), [], signal);
	const token = idOf(best, subject);
	if (token < 0 || !canBeSent([...context, token], subject)) {
		return;
	}
	const { logprobs } = await route.after(sequenceOf(context), [wantedOf(token)], signal);
	const echoed = await route.within(sequenceOf([...context, token]), context.length, signal);
	const difference = Math.abs((logprobs[0] ?? Number.NEGATIVE_INFINITY) - (echoed.logprobs[0] ?? 0));
	if (difference > otherModel) {
		throw inputFailure('endpoint.echo-differs', { host, route: route.name, difference: difference.toFixed(1) });
	}
}

/** Whether a server that takes texts reads these tokens as the same ones. */
function canBeSent(ids: readonly number[], { route, bareText, encode }: ProbeSubject): boolean {
	const read = encode(bareText(ids));
	return route.prompts === 'ids' || read.every((id, i) => id === ids[ids.length - read.length + i]);
}

const notTold: Usage = { prompt: null, cached: null, written: 0 };

function labelsIn(
	{ logprobs, given }: NextTokens,
	wanted: readonly WantedToken[],
	{ host, route }: ProbeSubject,
): number[] {
	if (given === 0) {
		throw inputFailure('endpoint.no-logprobs', { host, route: route.name });
	}
	const missing = [...new Set(wanted.filter((_, i) => logprobs[i] === null).map(({ text }) => JSON.stringify(text)))];
	if (missing.length > 0) {
		throw inputFailure('endpoint.labels-missing', { host, labels: missing.join(', '), given });
	}
	const labels = logprobs.filter(logprob => logprob !== null);
	const above = labels.find(logprob => logprob > aboveOne);
	if (above !== undefined) {
		throw inputFailure('endpoint.not-probabilities', { host, route: route.name, number: above });
	}
	return labels;
}

/** Whether different labels after the prompt have the same log-probability; nothing where there is one alone. */
function areEqual(ask: Ask, { logprobs }: Measured): boolean[] {
	const isComparable = ask.kind === 'next' && new Set(ask.marks.map(({ token }) => token)).size > 1;
	return isComparable ? [logprobs.every(logprob => Math.abs(logprob - (logprobs[0] ?? 0)) < equal)] : [];
}

async function checkTokens(
	ids: readonly number[],
	{ prompt }: Usage,
	{ host, route, bareText, encode, prefix }: ProbeSubject,
	signal: AbortSignal,
): Promise<ProbeRecord['tokens']> {
	if (prompt !== null && prompt !== ids.length) {
		throw inputFailure('endpoint.other-count', { host, ours: ids.length, theirs: prompt });
	}
	const text = bareText(ids);
	const ours = encode(text);
	if (route.tokenize) {
		const theirs = withoutPrefix(await route.tokenize(text, signal), ours.length, prefix);
		const at = ours.findIndex((id, i) => id !== theirs[i]);
		if (at >= 0 || theirs.length !== ours.length) {
			const place = at >= 0 ? at : Math.min(ours.length, theirs.length);
			throw inputFailure('endpoint.other-tokens', { host, ours: ours.length, theirs: theirs.length, place });
		}
		return 'ids';
	}
	if (route.prompts !== 'ids') {
		return prompt === null ? 'not told' : 'count';
	}
	// Of ids there are always as many as were sent: how the server would cut the text says whether it has the same tokenizer.
	const theirs = (await route.countText?.(text, signal)) ?? null;
	if (theirs !== null && theirs !== ours.length && theirs !== ours.length + prefix.length) {
		throw inputFailure('endpoint.other-tokens', { host, ours: ours.length, theirs, place: 0 });
	}
	return theirs === null ? 'not told' : 'count';
}

/** Some put there what their tokenizer puts there, whatever one says. */
function withoutPrefix(theirs: readonly number[], length: number, prefix: readonly number[]): readonly number[] {
	return theirs.length === length + prefix.length && prefix.every((id, i) => theirs[i] === id)
		? theirs.slice(prefix.length)
		: theirs;
}

function differenceOf(before: readonly number[], now: readonly number[]): number {
	return before.reduce((most, value, i) => Math.max(most, Math.abs(value - (now[i] ?? Number.NEGATIVE_INFINITY))), 0);
}
