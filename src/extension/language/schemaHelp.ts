import * as vscode from 'vscode';
import { rooms } from '../rooms';
import { evaluationSelector } from './evaluationDocuments';
import { describe, nodesAt, placeAt, type SchemaNode, type Suggestion, suggestionsAt } from './schemaAt';

const yamlExtension = 'redhat.vscode-yaml';

/** Completion and hover from the schema of evaluations; silent where Red Hat's extension gives the same from our schema. */
export class SchemaHelp implements vscode.CompletionItemProvider, vscode.HoverProvider, vscode.Disposable {
	readonly #registrations = vscode.Disposable.from(
		vscode.languages.registerCompletionItemProvider(evaluationSelector, this, ' ', '/', ':'),
		vscode.languages.registerHoverProvider(evaluationSelector, this),
	);

	async provideCompletionItems(
		document: vscode.TextDocument,
		position: vscode.Position,
	): Promise<vscode.CompletionItem[]> {
		const place = placeAt(linesOf(document), position.line, position.character);
		if (!place || isServedElsewhere()) {
			return [];
		}
		const range = new vscode.Range(
			position.line,
			Math.min(place.start, position.character),
			position.line,
			position.character,
		);
		return suggestionsAt(await schema(), place).map((suggestion, i) => toItem(suggestion, range, i));
	}

	async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
		const range = document.getWordRangeAtPosition(position, /[\w./-]+/);
		if (!range || isServedElsewhere()) {
			return undefined;
		}
		const word = document.getText(range);
		const place = placeAt(linesOf(document), range.start.line, range.start.character);
		if (!place) {
			return undefined;
		}
		const nodes = nodesAt(await schema(), place.part === 'key' ? [...place.path, word] : place.path);
		const value = nodes.find(node => place.part === 'value' && node.enum?.includes(word));
		const about = value?.markdownEnumDescriptions?.[value.enum?.indexOf(word) ?? -1];
		const [field] = place.part === 'key' ? nodes.filter(node => node.description) : [];
		const text = about ?? (field && describe(field));
		return text ? new vscode.Hover(new vscode.MarkdownString(text), range) : undefined;
	}

	dispose(): void {
		this.#registrations.dispose();
	}
}

function linesOf(document: vscode.TextDocument): readonly string[] {
	return document.getText().split(/\r\n|\r|\n/);
}

function isServedElsewhere(): boolean {
	return vscode.extensions.getExtension(yamlExtension)?.isActive === true;
}

async function schema(): Promise<SchemaNode> {
	return (await rooms()).evaluationJsonSchema();
}

function toItem(
	{ label, kind, documentation, nests }: Suggestion,
	range: vscode.Range,
	order: number,
): vscode.CompletionItem {
	const item = new vscode.CompletionItem(
		label,
		kind === 'field' ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember,
	);
	item.documentation = new vscode.MarkdownString(documentation);
	item.insertText = kind === 'value' ? label : `${label}:${nests ? '' : ' '}`;
	item.range = range;
	// In the order of the schema, which puts first what is needed first.
	item.sortText = String(order).padStart(3, '0');
	return item;
}
