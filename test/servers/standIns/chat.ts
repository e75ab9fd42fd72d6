import type { ChatMessage } from '../../../src/protocol/prompt';
import { type Behaviour, fields, numberOr, promptTokens, strings } from './behaviour';
import { ranked, write } from './inventedModel';
import { type Exchange, json, notFound, type Reply } from './serve';

export interface ChatOptions {
	/** The most `top_logprobs` that it takes. */
	readonly top?: number;
	/** How it writes a conversation. */
	readonly template?: (messages: readonly ChatMessage[]) => string;
}

/** One line a message, and the beginning of the answer. */
export const chatText = (messages: readonly ChatMessage[]): string =>
	`${messages.map(({ role, content }) => `${role}: ${content}\n`).join('')}a:`;

/** A hosted service, which has `/v1/chat/completions` alone. */
export function chat(serving: Behaviour, { top = 20, template = chatText }: ChatOptions = {}): (e: Exchange) => Reply {
	return ({ method, path, body }) => {
		const { model } = serving;
		if (`${method} ${path}` === 'GET /v1/models') {
			return json({ object: 'list', data: [{ id: model.name, object: 'model', owned_by: 'organization_owner' }] });
		}
		if (`${method} ${path}` !== 'POST /v1/chat/completions') {
			return notFound();
		}
		const { messages, max_tokens, top_logprobs, stop } = fields(body);
		const asked = numberOr(top_logprobs, 0);
		if (asked > top) {
			return json({ error: { message: `Invalid value for 'top_logprobs': must be at most ${top}.` } }, 400);
		}
		// Written by the engine under test.
		const tokens = promptTokens(serving, template(messages as ChatMessage[]));
		const written = write(model, tokens, numberOr(max_tokens, 16), strings(stop));
		const told = ({ text, logprob }: { readonly text: string; readonly logprob: number }) => ({
			token: text,
			logprob,
			bytes: null,
		});
		return json({
			object: 'chat.completion',
			model: model.name,
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content: written.text },
					finish_reason: written.ended === 'length' ? 'length' : 'stop',
					logprobs: {
						content: written.steps.map(({ chosen }, i) => ({
							...told(chosen),
							top_logprobs: ranked(model, [...tokens, ...written.steps.slice(0, i).map(step => step.chosen.token)])
								.slice(0, asked)
								.map(told),
						})),
					},
				},
			],
			usage: { prompt_tokens: tokens.length, completion_tokens: written.steps.length },
		});
	};
}
