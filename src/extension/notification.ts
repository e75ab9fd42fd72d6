/**
 * A text for a notification, without links: VS Code makes one of `[label](command:…)` there, and a command may do anything.
 * Sentences quote what models, datasets and servers say.
 */
export function withoutLinks(text: string): string {
	return text.replaceAll('](', '] (');
}
