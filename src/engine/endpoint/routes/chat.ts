import * as z from 'zod';
import { inputFailure } from '../../../protocol/failure';
import { cutAt } from '../../process/writer';
import { read } from '../refusals';
import type { Route, Sequence } from '../route';
import type { ServerClient } from '../serverClient';
import { endingOf } from './endings';
import { formsOf, greatestByText, plainOf } from './tokenForms';
import { usageOf, usageShape } from './usage';

const probability = z.object({ token: z.string(), logprob: z.number() });
const completion = z.object({
	choices: z
		.array(
			z.object({
				message: z.object({ content: z.string().nullish() }),
				finish_reason: z.string().nullish(),
				logprobs: z
					.object({ content: z.array(probability.extend({ top_logprobs: z.array(probability).nullish() })).nullish() })
					.nullish(),
			}),
		)
		.min(1),
	usage: usageShape,
});

const chatPath = '/v1/chat/completions';

/** As many of the most probable tokens as servers were seen to tell of, the most first (engines reference, section 3.4). */
const levels = [20, 5];

/** How many of the most probable tokens a server tells of; null: it has no chats, or no log-probabilities. */
export async function chatTop(client: ServerClient, model: string, signal: AbortSignal): Promise<number | null> {
	const messages = [{ role: 'user', content: 'Hello' }];
	for (const top of levels) {
		const body = { model, messages, max_tokens: 1, temperature: 0, logprobs: true, top_logprobs: top };
		const answer = await client.offer(chatPath, body, signal);
		const parsed = answer.ok ? completion.safeParse(answer.json) : null;
		if ((parsed?.data?.choices[0]?.logprobs?.content?.[0]?.top_logprobs?.length ?? 0) > 0) {
			return top;
		}
	}
	return null;
}

/**
 * `POST /v1/chat/completions` (engines reference, section 3.4): the server writes the conversation by its own template, which
 * the number of its tokens shows to be the one here.
 */
export function chatRoute(client: ServerClient, model: string, top: number): Route {
	const complete = async ({ messages }: Sequence, body: Record<string, unknown>, signal: AbortSignal, writes = 0) => {
		if (!messages) {
			throw inputFailure('endpoint.chat-only', { host: client.host });
		}
		const common = { model, messages, temperature: 0, logprobs: true };
		const answer = await client.post(chatPath, { ...common, ...body }, signal, writes);
		const found = read(client, chatPath, answer, completion);
		return { choice: found.choices[0], usage: usageOf(found, 1) };
	};
	return {
		name: `chat completions, the ${top} most probable tokens`,
		prompts: 'messages',
		next: { top },
		async after(sequence, wanted, signal) {
			const { choice, usage } = await complete(sequence, { max_tokens: 1, top_logprobs: top }, signal);
			const [first] = choice?.logprobs?.content ?? [];
			const given = first ? [first, ...(first.top_logprobs ?? [])] : [];
			const known = greatestByText(given);
			return {
				logprobs: wanted.map(({ text }) => {
					const form = formsOf(text).find(one => known.has(one));
					return form === undefined ? null : (known.get(form) ?? null);
				}),
				best: first ? { text: plainOf(first.token) } : null,
				given: known.size,
				usage,
			};
		},
		async write(sequence, { maxTokens, until }, signal) {
			// OpenAI takes four texts that end an answer at most; the others are looked for here.
			const stop = until.slice(0, 4);
			const body = { max_tokens: maxTokens, ...(stop.length > 0 && { stop }) };
			const { choice, usage } = await complete(sequence, body, signal, maxTokens);
			const ending = endingOf(client, choice?.finish_reason);
			const written = choice?.logprobs?.content ?? [];
			const whole = choice?.message.content ?? '';
			const text = cutAt(whole, until);
			return {
				result: {
					text,
					// Their ids are not told.
					tokens: written.map(() => -1),
					logprobs: written.map(({ logprob }) => logprob),
					ended: text.length < whole.length || ending === 'stop' ? 'until' : ending,
				},
				usage,
			};
		},
	};
}
