import type { ChatFormat, Format } from '../config/format';
import type { ChatMessage, Prompt, Segment } from '../protocol/prompt';
import type { ChatTemplate } from '../tokenizer/chatTemplate';
import type { PromptParts } from './parts';

/** A message in the parts that its content joins from. */
interface Turn {
	readonly role: ChatMessage['role'];
	readonly parts: readonly Segment[];
}

/**
 * Makes a prompt's parts a conversation, as lm-evaluation-harness does with `--apply_chat_template`: system instruction and
 * description are the system message; shots are a user's and an assistant's turn each, the bare answer in the latter, or
 * stand in front of the item in the one user message, as they do without a chat.
 *
 * @returns The messages, and the segments of the rendered conversation. They join to it: what the template adds are segments of kind `other`,
 * and what it takes away, such as white space around a message, is not there.
 */
export function createChatComposer(
	{ target_delimiter, fewshot_delimiter }: Pick<Format, 'target_delimiter' | 'fewshot_delimiter'>,
	{ multiturn, system }: ChatFormat,
): (parts: PromptParts, template: ChatTemplate) => Pick<Prompt, 'segments' | 'messages'> {
	const turnsOf = ({ description, shots, item }: PromptParts): Turn[] => {
		const first: Segment[] = [
			{ kind: 'other', text: system ?? '' },
			{ kind: 'other', text: system !== null && description !== '' ? fewshot_delimiter : '' },
			{ kind: 'description', text: description },
		];
		const shown = shots.map((shot, i) => {
			const segment = (text: string): Segment => ({ kind: 'shot', text, shot: i, key: shot.key });
			return { ...shot, segment };
		});
		return [
			...(contentOf(first) === '' ? [] : [{ role: 'system', parts: first } as const]),
			...(multiturn
				? [
						...shown.flatMap(({ item: asked, answer, segment }): Turn[] => [
							{ role: 'user', parts: [segment(asked)] },
							{ role: 'assistant', parts: [segment(answer)] },
						]),
						{ role: 'user', parts: item } as const,
					]
				: [
						{
							role: 'user',
							parts: [
								...shown.map(shot => shot.segment(shot.item + target_delimiter + shot.answer + fewshot_delimiter)),
								...item,
							],
						} as const,
					]),
		];
	};
	const knownMarks = new WeakMap<ChatTemplate, Map<string, Marks | null>>();
	const marksOf = (template: ChatTemplate, turns: readonly Turn[]): Marks | null => {
		const known = knownMarks.get(template) ?? new Map<string, Marks | null>();
		knownMarks.set(template, known);
		const roles = turns.map(turn => turn.role).join();
		let marks = known.get(roles);
		if (marks === undefined) {
			marks = readMarks(template, turns);
			known.set(roles, marks);
		}
		return marks;
	};

	return (parts, template) => {
		const turns = turnsOf(parts);
		const messages = turns.map(({ role, parts }): ChatMessage => ({ role, content: contentOf(parts) }));
		const text = template.render(messages);
		return { segments: cutByMarks(text, turns, marksOf(template, turns)) ?? cutByContents(text, turns), messages };
	};
}

/** What a template writes around messages of certain roles: before each, and after the last. */
interface Marks {
	/** Which message stands after each mark but the last. */
	readonly order: readonly number[];
	readonly texts: readonly string[];
}

/** Private-use characters: no template writes them, none is white space, and contents do not come into play here. */
const [open, close] = ['\uE000', '\uE001'];

/** Renders stand-ins of the messages. Null where the template does not take them. */
function readMarks(template: ChatTemplate, turns: readonly Turn[]): Marks | null {
	let text: string;
	try {
		text = template.render(turns.map(({ role }, i) => ({ role, content: `${open}${i}${close}` })));
	} catch {
		return null;
	}
	const pieces = text.split(new RegExp(`${open}(\\d+)${close}`, 'u'));
	return {
		texts: pieces.filter((_, i) => i % 2 === 0),
		order: pieces.filter((_, i) => i % 2 === 1).map(Number),
	};
}

/** Cuts a conversation where its marks are. Null where the template did other things to the messages than trim them. */
function cutByMarks(text: string, turns: readonly Turn[], marks: Marks | null): Segment[] | null {
	if (!marks) {
		return null;
	}
	const [front = '', ...after] = marks.texts;
	const segments: Segment[] = [{ kind: 'other', text: front }];
	let at = text.startsWith(front) ? front.length : -1;
	for (const [i, mark] of after.entries()) {
		const parts = turns[marks.order[i] ?? -1]?.parts ?? [];
		const found = trimmings(contentOf(parts)).find(
			({ kept }) => at >= 0 && text.startsWith(kept, at) && text.startsWith(mark, at + kept.length),
		);
		if (!found) {
			return null;
		}
		segments.push(...sliced(parts, found), { kind: 'other', text: mark });
		at += found.kept.length + mark.length;
	}
	return at === text.length ? segments : null;
}

/** Finds the messages in a conversation one after the other; what stands between them is the template's. */
function cutByContents(text: string, turns: readonly Turn[]): Segment[] {
	const segments: Segment[] = [];
	let at = 0;
	for (const { parts } of turns) {
		const found = trimmings(contentOf(parts)).find(({ kept }) => kept !== '' && text.includes(kept, at));
		if (found) {
			const start = text.indexOf(found.kept, at);
			segments.push({ kind: 'other', text: text.slice(at, start) }, ...sliced(parts, found));
			at = start + found.kept.length;
		}
	}
	return [...segments, { kind: 'other', text: text.slice(at) }];
}

interface Trimmed {
	readonly kept: string;
	/** What went in front, in UTF-16 units. */
	readonly gone: number;
}

/** A content as templates leave it, the longest first. */
function trimmings(content: string): Trimmed[] {
	const start = content.trimStart();
	const gone = content.length - start.length;
	return [
		{ kept: content, gone: 0 },
		{ kept: content.trimEnd(), gone: 0 },
		{ kept: start, gone },
		{ kept: start.trimEnd(), gone },
	];
}

/** The parts of a content as far as they were kept. */
function sliced(parts: readonly Segment[], { kept, gone }: Trimmed): Segment[] {
	let at = -gone;
	return parts.map(part => {
		const start = at;
		at += part.text.length;
		return { ...part, text: kept.slice(Math.max(0, start), Math.max(0, at)) };
	});
}

function contentOf(parts: readonly Segment[]): string {
	return parts.map(part => part.text).join('');
}
