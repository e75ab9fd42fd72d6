import path from 'node:path';
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { inputFailure } from '../protocol/failure';
import type { ChatMessage } from '../protocol/prompt';
import { contentOf } from './specialToken';
import type { TokenizerFiles } from './tokenizerFiles';

/** Writes a conversation in the form that a model was trained on. */
export interface ChatTemplate {
	/**
	 * The conversation up to where the assistant's next answer begins (`add_generation_prompt`).
	 * @throws Failure where the template cannot be read, fails, or refuses the conversation.
	 */
	render(messages: readonly ChatMessage[]): string;
}

/**
 * The chat template of a tokenizer: chat_template.jinja, else `chat_template` of tokenizer_config.json, one template or
 * several by name, of which `default` is meant. Null where there is none. It is parsed when it is first used, so that a model
 * with a broken one can still be asked without.
 */
export function chatTemplate(
	{ config, chatTemplate: ownFile }: Pick<TokenizerFiles, 'config' | 'chatTemplate'>,
	folder: string,
): ChatTemplate | null {
	const source = ownFile ?? sourceOf(config.chat_template);
	if (source === null) {
		return null;
	}
	const file = path.join(folder, ownFile === null ? 'tokenizer_config.json' : 'chat_template.jinja');
	const tokens = { bos_token: contentOf(config.bos_token), eos_token: contentOf(config.eos_token) };
	let program: ReturnType<typeof parse> | undefined;
	return {
		render(messages) {
			try {
				// As transformers sets Jinja up for chat templates.
				program ??= parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
				return String(new Interpreter(environment(messages, tokens)).run(program).value);
			} catch (error) {
				const reason = (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '');
				const code = error instanceof Refused ? 'tokenizer.chat-refused' : 'tokenizer.chat-broken';
				throw inputFailure(code, { file, reason }, error);
			}
		},
	};
}

function sourceOf(value: unknown): string | null {
	if (!Array.isArray(value)) {
		return typeof value === 'string' ? value : null;
	}
	const named = value.filter(entry => typeof entry === 'object' && entry !== null && 'template' in entry);
	const chosen = named.find(entry => entry.name === 'default') ?? (named.length === 1 ? named[0] : undefined);
	return typeof chosen?.template === 'string' ? chosen.template : null;
}

/** The template itself called `raise_exception`. */
class Refused extends Error {}

function environment(
	messages: readonly ChatMessage[],
	tokens: { readonly bos_token: string | undefined; readonly eos_token: string | undefined },
): Environment {
	const scope = new Environment();
	const values = {
		true: true,
		True: true,
		false: false,
		False: false,
		none: null,
		None: null,
		range,
		raise_exception: (reason: unknown) => {
			throw new Refused(String(reason));
		},
		strftime_now: fixedDate,
		messages: messages.map(({ role, content }) => ({ role, content })),
		add_generation_prompt: true,
		...(tokens.bos_token === undefined ? {} : { bos_token: tokens.bos_token }),
		...(tokens.eos_token === undefined ? {} : { eos_token: tokens.eos_token }),
	};
	for (const [name, value] of Object.entries(values)) {
		scope.set(name, value);
	}
	return scope;
}

const longestRange = 100_000;

function range(from: number, to?: number, step = 1): number[] {
	const [start, stop] = to === undefined ? [0, from] : [from, to];
	const length = Math.max(0, Math.ceil((stop - start) / step));
	if (!(length <= longestRange)) {
		throw new Error('range() is too long, or its step is 0');
	}
	return Array.from({ length }, (_, i) => start + i * step);
}

/**
 * What templates that write today's date get: the day that Llama's own name where they are told none. A prompt that changed
 * overnight could not be compared, nor its run continued.
 */
const date: Readonly<Record<string, string>> = {
	Y: '2024',
	m: '07',
	B: 'July',
	b: 'Jul',
	d: '26',
	A: 'Friday',
	a: 'Fri',
	H: '00',
	M: '00',
	S: '00',
	'%': '%',
};

function fixedDate(format: string): string {
	return format.replace(/%(.)/g, (whole, letter: string) => date[letter] ?? whole);
}
