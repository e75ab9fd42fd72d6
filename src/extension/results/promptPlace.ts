/** Where a recorded prompt stands. */
export interface PromptPlace {
	readonly dir: string;
	readonly model: string;
	readonly variant: string;
	readonly key: string;
}

/** Path and query of a prompt's URI: the path is what tabs and breadcrumbs show, the query says where the text is. */
export function promptPath(place: PromptPlace, extension: string): { readonly path: string; readonly query: string } {
	const name = (text: string) => text.replace(/[\\/]/g, '∕');
	const { dir, model, variant, key } = place;
	return { path: `/${name(key)}/${name(variant)}${extension}`, query: JSON.stringify([dir, model, variant, key]) };
}

export function placeOf(query: string): PromptPlace {
	const parts: unknown = JSON.parse(query);
	if (!Array.isArray(parts) || parts.length !== 4 || !parts.every(part => typeof part === 'string')) {
		throw new Error(`this is no place of a prompt: ${query}`);
	}
	// Four strings, as just checked.
	const [dir, model, variant, key] = parts as [string, string, string, string];
	return { dir, model, variant, key };
}
