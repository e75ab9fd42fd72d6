import { compareMessages } from './messages/compare';
import { configMessages } from './messages/config';
import { cudaMessages } from './messages/cuda';
import { dataMessages } from './messages/data';
import { endpointMessages } from './messages/endpoint';
import { engineMessages } from './messages/engine';
import { graphMessages } from './messages/graph';
import { hubMessages } from './messages/hub';
import { hubJobsMessages } from './messages/hubJobs';
import { languageMessages } from './messages/language';
import { launchMessages } from './messages/launch';
import { promptMessages } from './messages/prompt';
import { reportMessages } from './messages/report';
import { runMessages } from './messages/run';

/**
 * Every sentence that a room below cli/, extension/ and webview/ may want a person to read, in English, by code.
 * Rooms hand on the code and its parameters; the text is made, and translated, at the border.
 */
export const messages = {
	...configMessages,
	...hubMessages,
	...hubJobsMessages,
	...dataMessages,
	...promptMessages,
	...engineMessages,
	...endpointMessages,
	...graphMessages,
	...cudaMessages,
	...launchMessages,
	...runMessages,
	...compareMessages,
	...reportMessages,
	...languageMessages,
} as const;

export type MessageCode = keyof typeof messages;

/** The names between braces of a message: `"{path} is missing"` → `"path"`. */
type Placeholder<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
	? Name | Placeholder<Rest>
	: never;

/** A message may stand in another one, where a part of a sentence has to be translated too. */
export type MessageValue = string | number | Message;

export type MessageParams<C extends MessageCode> = {
	readonly [P in Placeholder<(typeof messages)[C]>]: MessageValue;
};

/** A message before it is text. Plain data: it crosses processes and is stored in run.json. */
export interface Message {
	readonly code: MessageCode;
	readonly params: Readonly<Record<string, MessageValue>>;
}

/** Makes a message; the parameters are checked against the sentence's placeholders. */
export function message<C extends MessageCode>(code: C, params: MessageParams<C>): Message {
	return { code, params };
}

/** Fills the placeholders of a sentence; `translate` maps the English sentence to the person's language. */
export function messageText(m: Message, translate: (english: string) => string = english => english): string {
	return translate(messages[m.code]).replace(/\{(\w+)\}/g, (whole, name: string) => {
		const value = m.params[name];
		if (value === undefined) {
			return whole;
		}
		return typeof value === 'object' ? messageText(value, translate) : String(value);
	});
}
