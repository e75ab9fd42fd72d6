import type { Format } from '../config/format';
import type { Question } from '../data/row';
import { inputFailure } from '../protocol/failure';
import type { Prompt, Segment } from '../protocol/prompt';
import type { ChatTemplate } from '../tokenizer/chatTemplate';
import { createChatComposer } from './chat';
import { createPartsRenderer, type ShotParts } from './parts';

/** What stands before each scored choice. */
export function scoredDelimiter(format: Pick<Format, 'scored_delimiter' | 'target_delimiter'>): string {
	return format.scored_delimiter ?? format.target_delimiter;
}

/** Renders prompts of one variant. */
export interface PromptRenderer {
	/** @throws Failure naming field, row and reason where a template cannot be rendered. */
	render(question: Question, shots: readonly Question[]): Prompt;
}

/**
 * Composes prompts as lm-evaluation-harness does: the description, each shot as item + target_delimiter + its answer +
 * fewshot_delimiter, then the item of the question itself. Nothing is trimmed; the texts of the segments join to the prompt.
 * A chat is what the template of the model's tokenizer makes of these.
 *
 * @param variant Named in errors.
 * @param template The tokenizer's; formats that are no chats need none.
 * @throws Failure where a template of the format cannot be parsed.
 */
export function createRenderer(format: Format, variant: string, template?: ChatTemplate): PromptRenderer {
	const partsOf = createPartsRenderer(format, variant);
	const delimiter = scoredDelimiter(format);
	const compose = format.chat ? createChatComposer(format, format.chat) : null;
	const texts = new WeakMap<ShotParts, string>();
	const shotText = (shot: ShotParts): string => {
		let text = texts.get(shot);
		if (text === undefined) {
			text = shot.item + format.target_delimiter + shot.answer + format.fewshot_delimiter;
			texts.set(shot, text);
		}
		return text;
	};
	return {
		render(question, shots) {
			const parts = partsOf(question, shots);
			if (compose && !template) {
				throw inputFailure('prompt.chat-no-model', { variant });
			}
			const plain = (): readonly Segment[] => [
				{ kind: 'description', text: parts.description },
				...parts.shots.map((shot, i): Segment => ({ kind: 'shot', text: shotText(shot), shot: i, key: shot.key })),
				...parts.item,
			];
			const { segments, messages } =
				compose && template ? compose(parts, template) : { segments: plain(), messages: undefined };
			return {
				...(messages && { messages }),
				segments: segments.filter(segment => segment.text !== ''),
				continuations: parts.labels.map(label => delimiter + label),
			};
		},
	};
}
