import { type LineCut, lineCutOf, matchesDigitsOnly } from './splitPattern';

/** Where a text may be cut so that the ids of its parts, one after the other, are the ids of the whole. */
export interface SafeCuts {
	/** Where a line end stands before a letter of ASCII. */
	readonly line: LineCut;
	/** That holds only for texts in Unicode's form NFC, which the tokenizer leaves as they are. */
	readonly composedOnly: boolean;
}

/**
 * The cuts at which a tokenizer.json, as @huggingface/tokenizers reads it, provably cannot see the difference: those at line
 * ends, and before a space that stands between a visible character and a letter, both of ASCII. Null where one of the steps
 * from text to ids may look across them, or is not known.
 */
export function safeCuts(definition: Readonly<Record<string, unknown>>): SafeCuts | null {
	const { normalizer, added_tokens, pre_tokenizer, model, post_processor } = definition;
	const line = cutBeforeModel(pre_tokenizer);
	const safe = isComposing(normalizer) && stayWhole(added_tokens) && readsWords(model) && keepsOrder(post_processor);
	return line !== null && safe ? { line, composedOnly: is(normalizer) } : null;
}

type Fields = Readonly<Record<string, unknown>>;

/** A step that is left out is null, or not there. */
function is(step: unknown): step is Fields {
	return typeof step === 'object' && step !== null;
}

function listed(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

/** NFC changes no text that is in NFC already, and every part of such a text is in NFC (UAX 15, section 1.3). */
function isComposing(normalizer: unknown): boolean {
	if (!is(normalizer)) {
		return true;
	}
	return normalizer.type === 'Sequence' ? listed(normalizer.normalizers).every(isComposing) : normalizer.type === 'NFC';
}

/**
 * Added tokens are looked for from left to right, at each place the longest: none is missed or found anew at a cut that
 * none can lie across, as it has no line end and no space after a visible character. The letter after a cut is never the
 * beginning of one, behind which the white space would be the end of a text. Those that take the white space around them
 * away would look further.
 */
function stayWhole(addedTokens: unknown): boolean {
	return listed(addedTokens).every(
		token =>
			is(token) &&
			typeof token.content === 'string' &&
			[token.content, token.content.normalize('NFC')].every(text => !/^[A-Za-z]|\n|[!-~] /.test(text)) &&
			![token.lstrip, token.rstrip, token.single_word].some(Boolean),
	);
}

/** Each word that the pre-tokenizer gives these models becomes ids by itself, unless unknown ones are fused. */
function readsWords(model: unknown): boolean {
	return is(model) && (model.type === 'BPE' || model.type === 'WordLevel') && !model.fuse_unk;
}

/** A template that has a text once adds nothing where no special tokens are asked for; nor do the others. */
function keepsOrder(postProcessor: unknown): boolean {
	if (!is(postProcessor)) {
		return true;
	}
	switch (postProcessor.type) {
		case 'ByteLevel':
		case 'BertProcessing':
		case 'RobertaProcessing':
			return true;
		case 'Sequence':
			return listed(postProcessor.processors).every(keepsOrder);
		case 'TemplateProcessing':
			return listed(postProcessor.single).filter(item => is(item) && 'Sequence' in item).length === 1;
		default:
			return false;
	}
}

/**
 * Steps of a pre-tokenizer each divide what the one before has left. Those that leave both sides of a cut together, or cut
 * there, may come first; then one must cut; what comes after it sees the sides apart, whatever it does with them. It must
 * not ask which word is the first, as Metaspace does.
 */
function cutBeforeModel(preTokenizer: unknown): LineCut | null {
	const steps = stepsOf(preTokenizer);
	const effects = steps.map(effectOf);
	const cut = effects.find(effect => effect !== 'none');
	const apart = steps.every(step => is(step) && looksAtItsWord.has(step.type));
	return apart && cut !== undefined && cut !== 'unknown' ? cut : null;
}

function stepsOf(preTokenizer: unknown): readonly unknown[] {
	return is(preTokenizer) && preTokenizer.type === 'Sequence'
		? listed(preTokenizer.pretokenizers).flatMap(stepsOf)
		: [preTokenizer];
}

const looksAtItsWord: ReadonlySet<unknown> = new Set([
	'ByteLevel',
	'Digits',
	'Punctuation',
	'Split',
	'Whitespace',
	'WhitespaceSplit',
]);

/** GPT-2's, which ByteLevel has built in. */
const byteLevelPattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

function effectOf(step: unknown): LineCut | 'none' | 'unknown' {
	if (!is(step)) {
		return 'unknown';
	}
	switch (step.type) {
		// Line end, space and letter are neither: such a step divides at the character before, or not at all.
		case 'Digits':
		case 'Punctuation':
			return 'none';
		// No word of theirs has white space in it, and they look at nothing beside it.
		case 'Whitespace':
		case 'WhitespaceSplit':
			return 'after';
		// A space before each text would stand before each part too.
		case 'ByteLevel':
			return !step.add_prefix_space && (step.use_regex ?? true)
				? (lineCutOf(byteLevelPattern) ?? 'unknown')
				: 'unknown';
		case 'Split':
			return effectOfSplit(step);
		default:
			return 'unknown';
	}
}

/** All matches and the gaps between them, or, inverted, the matches: no other ways are known here. */
function effectOfSplit({ pattern, invert, behavior }: Fields): LineCut | 'none' | 'unknown' {
	const regex = is(pattern) ? pattern.Regex : undefined;
	if (typeof regex !== 'string' || !(invert || behavior === 'Isolated')) {
		return 'unknown';
	}
	return matchesDigitsOnly(regex) ? (invert ? 'unknown' : 'none') : (lineCutOf(regex) ?? 'unknown');
}
