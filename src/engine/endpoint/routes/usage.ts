import * as z from 'zod';
import type { Usage } from '../route';

/** `usage` of an answer in OpenAI's words. */
export const usageShape = z
	.object({
		prompt_tokens: z.number(),
		completion_tokens: z.number().nullish(),
		prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
	})
	.nullish();

/** @param written What was generated, where the server does not say. */
export function usageOf(found: { readonly usage?: z.output<typeof usageShape> } | undefined, written: number): Usage {
	const usage = found?.usage;
	return {
		prompt: usage?.prompt_tokens ?? null,
		cached: usage?.prompt_tokens_details?.cached_tokens ?? null,
		written: usage?.completion_tokens ?? written,
	};
}
