import type { InventedModel } from './inventedModel';

/** What stand-ins of every kind do with prompts. */
export interface Behaviour {
	/** The model computes these; may change while the server runs. */
	model: InventedModel;
	/** Tokens that fit, those to be written among them. */
	window: number;
	/** BOS tokens put in front of texts. */
	bosOnTexts: number;
	/** BOS tokens put in front of token ids: a server that does so counts the beginning twice. */
	bosOnIds: number;
	/** Keeps the last tokens only, and says nothing. */
	truncate: number | null;
}

export function behaviour(model: InventedModel, changes: Partial<Behaviour> = {}): Behaviour {
	return { model, window: 4096, bosOnTexts: model.tokenizer.prefix.length, bosOnIds: 0, truncate: null, ...changes };
}

export type Prompt = string | readonly number[];

export function isIds(value: unknown): value is readonly number[] {
	return Array.isArray(value) && value.every(item => typeof item === 'number');
}

/** The tokens that the model gets to see. */
export function promptTokens(
	{ model, bosOnTexts, bosOnIds, truncate }: Behaviour,
	prompt: Prompt,
	special = true,
): number[] {
	const given = typeof prompt === 'string' ? model.tokenizer.encode(prompt) : prompt;
	const count = typeof prompt === 'string' ? (special ? bosOnTexts : 0) : bosOnIds;
	const tokens = [...Array.from({ length: count }, () => model.bos), ...given];
	return truncate === null ? tokens : tokens.slice(-truncate);
}

/** Fields of a request's body. */
export function fields(body: unknown): Readonly<Record<string, unknown>> {
	// Stand-ins read what the engine under test wrote; a wrong type shows as a refusal.
	return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

export const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

export const strings = (value: unknown): string[] =>
	typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
