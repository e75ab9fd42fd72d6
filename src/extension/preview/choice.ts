import type { PreviewChoice } from '../../protocol/previewView';

/** The nearest choice that the evaluation still has: examples and variants come and go as a person types. */
export function fitting(wanted: PreviewChoice, variants: readonly string[], examples: number): PreviewChoice {
	const variant = variants.includes(wanted.variant) ? wanted.variant : (variants[0] ?? wanted.variant);
	const against =
		wanted.against !== null && wanted.against !== variant && variants.includes(wanted.against) ? wanted.against : null;
	return { example: Math.min(Math.max(0, wanted.example), Math.max(0, examples - 1)), variant, against };
}

/** One further or one back, round the ends. */
export function stepped(example: number, by: 1 | -1, examples: number): number {
	return examples === 0 ? 0 : (example + by + examples) % examples;
}

/** Any example but this one. @param random In [0, 1). */
export function another(example: number, examples: number, random: number): number {
	return examples < 2 ? 0 : (example + 1 + Math.floor(random * (examples - 1))) % examples;
}
