import type { Tokenizer } from '../../../src/tokenizer/tokenizer';

/** A small language model for tests: any history of tokens has its own distribution, and nothing is learned. */
export interface InventedModel {
	readonly name: string;
	readonly tokenizer: Tokenizer;
	/** Texts of the tokens, by id. */
	readonly vocabulary: readonly string[];
	readonly bos: number;
	readonly eos: number;
	/** ln p of every token after a history. */
	after(history: readonly number[]): readonly number[];
}

const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
const halves = '\ufffd';

/** Longest match, so that texts are not always read as the tokens that they were written from. Two tokens are halves of characters. */
export const inventedVocabulary: readonly string[] = [
	'<s>',
	'</s>',
	halves,
	halves,
	' ',
	'\n',
	':',
	'.',
	'?',
	...letters,
	...'ABCDEF',
	' A',
	' B',
	' C',
	' D',
	...'0123456789',
	'Answer',
	' the',
	'th',
	'in',
	' qu',
	'12',
	'é',
	'→',
];

/** @param vocabulary Texts by id; the first two begin and end a text. */
export function inventedTokenizer(
	vocabulary: readonly string[] = inventedVocabulary,
	prefix: readonly number[] = [0],
): Tokenizer {
	const byLength = vocabulary
		.map((text, id) => ({ text, id }))
		.filter(({ text }) => text !== halves)
		.sort((a, b) => b.text.length - a.text.length);
	return {
		encode(text) {
			const ids: number[] = [];
			for (let at = 0; at < text.length; ) {
				const found = byLength.find(token => text.startsWith(token.text, at));
				// What is not in the vocabulary is read as half a character.
				ids.push(found?.id ?? 2);
				at += found?.text.length ?? 1;
			}
			return ids;
		},
		decode: ids => ids.map(id => vocabulary[id] ?? halves).join(''),
		prefix,
		bos: 0,
		eos: 1,
		vocabularySize: vocabulary.length,
		sha256: 'an invented tokenizer',
	};
}

/** Fractions, so that no two tokens are ever equally probable. */
export function inventedLogits(history: readonly number[], seed = 7): number[] {
	const hash = history.reduce((sum, token) => (Math.imul(sum, 31) + token + 1) >>> 0, seed);
	return inventedVocabulary.map((_, token) => {
		const mixed = Math.imul(hash ^ Math.imul(token + 1, 0x9e3779b1), 0x85ebca6b) >>> 0;
		return ((mixed ^ (mixed >>> 15)) % 100_003) / 12_500;
	});
}

export function logSoftmax(logits: readonly number[]): number[] {
	const top = Math.max(...logits);
	const total = top + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0));
	return logits.map(value => value - total);
}

/** @param seed Another one is another model of the same tokenizer. */
export function inventedModel({
	name = 'invented-1',
	seed = 7,
}: {
	readonly name?: string;
	readonly seed?: number;
} = {}): InventedModel {
	return {
		name,
		tokenizer: inventedTokenizer(),
		vocabulary: inventedVocabulary,
		bos: 0,
		eos: 1,
		after: history => logSoftmax(inventedLogits(history, seed)),
	};
}

export interface Ranked {
	readonly token: number;
	readonly text: string;
	readonly logprob: number;
}

/** Tokens after a history, the most probable first. */
export function ranked(model: InventedModel, history: readonly number[]): Ranked[] {
	return model
		.after(history)
		.map((logprob, token) => ({ token, text: model.vocabulary[token] ?? '', logprob }))
		.sort((a, b) => b.logprob - a.logprob || a.token - b.token);
}

export interface Written {
	/** Those written, the one that ended the text among them. */
	readonly steps: readonly { readonly chosen: Ranked; readonly ranked: readonly Ranked[] }[];
	/** Without what ended it. */
	readonly text: string;
	readonly ended: 'stop' | 'eos' | 'length';
}

/** Writes greedily, as servers do at a temperature of 0. */
export function write(
	model: InventedModel,
	prompt: readonly number[],
	most: number,
	stops: readonly string[] = [],
): Written {
	const steps: { chosen: Ranked; ranked: Ranked[] }[] = [];
	let text = '';
	while (steps.length < most) {
		const next = ranked(model, [...prompt, ...steps.map(({ chosen }) => chosen.token)]);
		const [chosen] = next;
		if (!chosen) {
			break;
		}
		steps.push({ chosen, ranked: next });
		if (chosen.token === model.eos) {
			return { steps, text, ended: 'eos' };
		}
		text += chosen.text;
		const at = stops.map(stop => text.indexOf(stop)).filter(found => found >= 0);
		if (at.length > 0) {
			return { steps, text: text.slice(0, Math.min(...at)), ended: 'stop' };
		}
	}
	return { steps, text, ended: 'length' };
}

/** Bytes of a token's text, as servers tell them. */
export const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

/** Counts what a server's prefix cache knows of prompts, and keeps them. */
export function prefixCache(): (prompt: readonly number[]) => number {
	type Node = Map<number, Node>;
	const root: Node = new Map();
	return prompt => {
		let node = root;
		let cached = 0;
		for (const [i, token] of prompt.entries()) {
			const known = node.get(token);
			const next: Node = known ?? new Map();
			cached = known && cached === i ? i + 1 : cached;
			node.set(token, next);
			node = next;
		}
		// The last token is always computed: its row is asked for.
		return Math.min(cached, prompt.length - 1);
	};
}
