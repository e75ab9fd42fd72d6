import { runFailure } from '../../../protocol/failure';
import type { GenerateResult } from '../../requests';
import type { ServerClient } from '../serverClient';

/** `stop`: at a text that ends it or at the model's own end, which of them is not said. */
export type ToldEnding = GenerateResult['ended'] | 'stop';

/** In the words of OpenAI, vLLM, SGLang and Ollama (`stop`, `length`), llama.cpp, TGI, and services that have their own. */
const endings = new Map<string, ToldEnding>([
	['stop', 'stop'],
	['length', 'length'],
	// llama.cpp
	['word', 'until'],
	['limit', 'length'],
	// Together as well
	['eos', 'end_of_text'],
	// TGI
	['stop_sequence', 'until'],
	['eos_token', 'end_of_text'],
	// Mistral: the window is full.
	['model_length', 'length'],
]);

/** A server's own words are shown no longer than that. */
const longestWord = 60;

/**
 * How a text ended, by what the server says of it.
 * @param word Absent or empty: it does not say.
 * @throws Failure where the server broke off, as `content_filter`, `abort` and `error` say: what it wrote until then is no
 * answer of the model, and must not be taken for a wrong one.
 */
export function endingOf({ host }: Pick<ServerClient, 'host'>, word: string | null | undefined): ToldEnding {
	const ending = endings.get(word || 'stop');
	if (ending === undefined) {
		throw runFailure('endpoint.broken-off', { host, reason: (word ?? '').slice(0, longestWord) });
	}
	return ending;
}
