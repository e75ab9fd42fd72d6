import * as vscode from 'vscode';
import type { Markdown } from './analysis/explain';

/** Our own Markdown as it is; texts of datasets and the Hub as text, whatever they look like. Never trusted. */
export function markdownString(pieces: Markdown): vscode.MarkdownString {
	const markdown = new vscode.MarkdownString();
	for (const piece of pieces) {
		if ('markdown' in piece) {
			markdown.appendMarkdown(piece.markdown);
		} else {
			markdown.appendText(shown(piece.text));
		}
	}
	return markdown;
}

/** Without control characters and those that turn the reading direction. */
function shown(text: string): string {
	return text.replace(/[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '');
}
