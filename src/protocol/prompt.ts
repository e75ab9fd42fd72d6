/** The named parts of a prompt, in the words of the contract. */
export type SegmentKind = 'description' | 'shot' | 'question' | 'choices' | 'answer_cue' | 'other';

/** What somebody says in a conversation. */
export interface ChatMessage {
	readonly role: 'system' | 'user' | 'assistant';
	readonly content: string;
}

/** A named stretch of a prompt. The texts of a prompt's segments join to the exact prompt. */
export interface Segment {
	readonly kind: SegmentKind;
	readonly text: string;
	/** Place of a shot, from 0. */
	readonly shot?: number;
	/** Key of the row that a shot shows. */
	readonly key?: string;
}

/** What a model is given for one example under one variant, and the texts scored after it. */
export interface Prompt {
	readonly segments: readonly Segment[];
	/** Of a chat: what the template wrote the text from, for servers that have the template themselves. */
	readonly messages?: readonly ChatMessage[];
	/** In choice order, each with the delimiter that stands before it. */
	readonly continuations: readonly string[];
}

export function promptText(prompt: Pick<Prompt, 'segments'>): string {
	return prompt.segments.map(s => s.text).join('');
}
