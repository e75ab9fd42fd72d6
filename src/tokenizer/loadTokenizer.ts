import path from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { type CancellationToken, neverCancelled, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { chatTemplate } from './chatTemplate';
import { piecewise } from './piecewise';
import { safeCuts } from './safeCuts';
import { contentOf } from './specialToken';
import type { Tokenizer } from './tokenizer';
import { readTokenizerFiles } from './tokenizerFiles';

/** Types of `model` in a tokenizer.json; files from before the field existed leave it out. */
const modelTypes: readonly unknown[] = ['BPE', 'Unigram', 'WordPiece', 'WordLevel', undefined];

/**
 * Loads tokenizer.json of a model folder, with tokenizer_config.json and special_tokens_map.json where they are there.
 *
 * What stands in front of a text by itself (`prefix`) is, in this order: nothing or the BOS as an explicit
 * `add_bos_token` of the config says (so in transformers' Llama and Gemma tokenizers, and in all of transformers 5);
 * else what the post-processor of tokenizer.json puts there (all that @huggingface/tokenizers itself looks at).
 *
 * @throws Failure where a file is missing, broken, or of an unknown kind.
 */
export async function loadTokenizer(folder: string, token: CancellationToken = neverCancelled): Promise<Tokenizer> {
	const files = await readTokenizerFiles(folder);
	const { definition, config, sha256 } = files;
	throwIfCancelled(token);
	const inner = createInner(path.join(folder, 'tokenizer.json'), definition, config);
	const plain = (text: string) => inner.encode(text, { add_special_tokens: false }).ids;
	const cuts = safeCuts(definition);
	const encode = cuts === null ? plain : piecewise(plain, cuts);
	const added = addedInFront(inner);
	const bos = idOfSpecial(inner, config.bos_token) ?? (added.length === 1 ? (added[0] ?? null) : null);
	const eos = idOfSpecial(inner, config.eos_token);
	const chat = chatTemplate(files, folder);
	return {
		encode,
		decode: ids => decodeKnown(inner, ids),
		prefix: prefixOf(added, bos, config.add_bos_token),
		bos,
		...(eos === null ? {} : { eos }),
		...(chat === null ? {} : { chat }),
		vocabularySize: vocabularySize(inner),
		sha256,
	};
}

function createInner(
	file: string,
	definition: Readonly<Record<string, unknown>>,
	config: Readonly<Record<string, unknown>>,
): HuggingFaceTokenizer {
	const notSupported = (reason: string, cause?: unknown) =>
		inputFailure('tokenizer.not-supported', { file, reason }, cause);
	const model = definition.model;
	if (typeof model !== 'object' || model === null) {
		throw notSupported('it has no model');
	}
	const type = 'type' in model ? model.type : undefined;
	if (!modelTypes.includes(type)) {
		throw notSupported(`model type ${String(type)}`);
	}
	const unknown = 'unk_token' in model ? contentOf(model.unk_token) : undefined;
	let inner: HuggingFaceTokenizer;
	try {
		inner = new HuggingFaceTokenizer(
			// Parts that do nothing may be left out of the file, but not of the library's argument.
			{ added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...definition },
			{
				// Of the config the library would also take clean-ups of the text; tokenizer.json alone decides on those.
				eos_token: contentOf(config.eos_token),
				unk_token: unknown ?? contentOf(config.unk_token),
				clean_up_tokenization_spaces: false,
			},
		);
	} catch (error) {
		throw notSupported(error instanceof Error ? error.message : String(error), error);
	}
	if (unknown !== undefined && inner.token_to_id(unknown) === undefined) {
		throw notSupported(`its unknown token ${unknown} is not in its vocabulary`);
	}
	return inner;
}

/** What the post-processor puts before a text. */
function addedInFront(inner: HuggingFaceTokenizer): number[] {
	const bare = inner.encode('a', { add_special_tokens: false }).ids;
	const whole = inner.encode('a').ids;
	const start = whole.findIndex((_, i) => bare.every((id, k) => whole[i + k] === id));
	return whole.slice(0, Math.max(0, start));
}

function prefixOf(added: readonly number[], bos: number | null, addBosToken: unknown): readonly number[] {
	if (addBosToken === false) {
		return added.filter(id => id !== bos);
	}
	return addBosToken === true && bos !== null && added[0] !== bos ? [bos, ...added] : added;
}

function idOfSpecial(inner: HuggingFaceTokenizer, special: unknown): number | null {
	const content = contentOf(special);
	return content === undefined ? null : (inner.token_to_id(content) ?? null);
}

/** One more than the highest id, as ids may leave gaps. */
function vocabularySize(inner: HuggingFaceTokenizer): number {
	let highest = -1;
	for (const id of inner.get_vocab().values()) {
		highest = Math.max(highest, id);
	}
	return highest + 1;
}

/** Models have more rows than their tokenizer has tokens (padding): such an id has no text. */
function decodeKnown(inner: HuggingFaceTokenizer, ids: readonly number[]): string {
	const known = ids.filter(id => inner.id_to_token(id) !== undefined);
	return known.length === 0 ? '' : inner.decode(known, { skip_special_tokens: false });
}
