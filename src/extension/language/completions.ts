import * as vscode from 'vscode';
import { rooms } from '../rooms';
import type { Suggestion } from './analysis/completion';
import { type EvaluationDocuments, evaluationSelector, isEvaluation } from './evaluationDocuments';
import type { Knowledge } from './knowledge/knowledge';
import type { KnowledgeSource } from './knowledgeSource';
import { markdownString } from './markdown';
import type { SchemaItem } from './yamlService';
import { given, isServedElsewhere, yamlService } from './yamlServices';

/** The Hub is asked when nobody typed for so many milliseconds. */
const pause = 200;

const kinds: Readonly<Record<Suggestion['kind'], vscode.CompletionItemKind>> = {
	dataset: vscode.CompletionItemKind.Module,
	model: vscode.CompletionItemKind.Module,
	config: vscode.CompletionItemKind.Struct,
	split: vscode.CompletionItemKind.Value,
	column: vscode.CompletionItemKind.Field,
	name: vscode.CompletionItemKind.Variable,
	filter: vscode.CompletionItemKind.Function,
	preset: vscode.CompletionItemKind.EnumMember,
	variant: vscode.CompletionItemKind.Reference,
	dtype: vscode.CompletionItemKind.EnumMember,
	hardware: vscode.CompletionItemKind.EnumMember,
	path: vscode.CompletionItemKind.File,
};

/** An item whose documentation waits until a person looks at it. */
class SuggestedItem extends vscode.CompletionItem {
	constructor(
		readonly suggestion: Suggestion,
		readonly knowledge: Knowledge,
	) {
		super({ label: suggestion.label, description: suggestion.detail }, kinds[suggestion.kind]);
	}
}

/** Completion: names from the data, the Hub and the file itself, and what the schema knows. */
export class Completions implements vscode.CompletionItemProvider, vscode.Disposable {
	readonly #registration = vscode.languages.registerCompletionItemProvider(
		evaluationSelector,
		this,
		...[' ', '/', ':', '{', '|', '"', "'", '['],
	);

	constructor(
		private readonly documents: EvaluationDocuments,
		private readonly source: KnowledgeSource,
	) {}

	async provideCompletionItems(
		document: vscode.TextDocument,
		position: vscode.Position,
		token: vscode.CancellationToken,
	): Promise<vscode.CompletionList | undefined> {
		if (!isEvaluation(document)) {
			return undefined;
		}
		const [{ language }, { analysis }, knowledge] = await Promise.all([
			rooms(),
			this.documents.read(document),
			this.source.of(document),
		]);
		const asked = unhurried(knowledge, token);
		const own = await language.completionsAt(analysis, document.offsetAt(position), asked);
		if (token.isCancellationRequested) {
			return undefined;
		}
		const elsewhere = isServedElsewhere(document, 'completion');
		const suggestions = (own?.suggestions ?? []).filter(({ inSchema }) => !(elsewhere && inSchema));
		const range = own && {
			inserting: new vscode.Range(document.positionAt(own.start), position),
			replacing: new vscode.Range(document.positionAt(own.start), document.positionAt(own.end)),
		};
		const items = suggestions.map((suggestion, i) => {
			const item = new SuggestedItem(suggestion, knowledge);
			item.insertText = suggestion.insert;
			item.sortText = `0${String(i).padStart(4, '0')}`;
			if (range) {
				item.range = range;
			}
			return item;
		});
		const isTemplate = own?.suggestions.some(({ kind }) => kind === 'filter' || kind === 'name') === true;
		const fromSchema = elsewhere || isTemplate ? [] : await this.#fromSchema(document, position, suggestions);
		return new vscode.CompletionList([...items, ...fromSchema], own?.isIncomplete ?? false);
	}

	async resolveCompletionItem(item: vscode.CompletionItem): Promise<vscode.CompletionItem> {
		if (!(item instanceof SuggestedItem)) {
			return item;
		}
		const { suggestion, knowledge } = item;
		const { language } = await rooms();
		let text = suggestion.documentation;
		if (suggestion.kind === 'dataset') {
			const known = await knowledge.dataset({ path: suggestion.label, config: null, split: 'test' });
			text = known ? language.datasetText(known.summary, known, knowledge.url('dataset', suggestion.label)) : text;
		} else if (suggestion.kind === 'model' && suggestion.documentation.length > 0) {
			const known = await knowledge.model(suggestion.label);
			text = known?.info ? language.modelText(known.info, known.onnx, knowledge.url('model', suggestion.label)) : text;
		}
		item.documentation = markdownString(text);
		return item;
	}

	dispose(): void {
		this.#registration.dispose();
	}

	async #fromSchema(
		document: vscode.TextDocument,
		position: vscode.Position,
		own: readonly Suggestion[],
	): Promise<readonly vscode.CompletionItem[]> {
		const items = await (await yamlService()).complete(given(document), position);
		return items.filter(({ label }) => !own.some(one => one.label === label)).map(schemaItem);
	}
}

function schemaItem(
	{ label, isField, insert, range, documentation }: SchemaItem,
	order: number,
): vscode.CompletionItem {
	const kind = isField ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember;
	const item = new vscode.CompletionItem(label, kind);
	item.insertText = new vscode.SnippetString(insert);
	item.documentation = new vscode.MarkdownString(documentation);
	// In the order of the schema, which puts first what is needed first.
	item.sortText = `1${String(order).padStart(4, '0')}`;
	if (range) {
		const { start, end } = range;
		item.range = new vscode.Range(start.line, start.character, end.line, end.character);
	}
	return item;
}

/** Searches only when nobody types on: the editor cancels a request that the next key makes stale. */
function unhurried(knowledge: Knowledge, token: vscode.CancellationToken): Knowledge {
	const waited = async <T>(search: () => Promise<readonly T[]>): Promise<readonly T[]> => {
		await new Promise(resolve => setTimeout(resolve, pause));
		return token.isCancellationRequested ? [] : search();
	};
	return {
		...knowledge,
		searchDatasets: text => waited(() => knowledge.searchDatasets(text)),
		searchModels: text => waited(() => knowledge.searchModels(text)),
	};
}
