// The YAML language server as a library: the whole of dist/yamlService.cjs, which loads when a language function is first
// asked (yamlServices.ts). It gives what our JSON Schema knows; its diagnostics stay off, config's sentences are better.
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type DocumentSymbol, type FoldingRange, getLanguageService, type Range } from 'yaml-language-server';

export interface SchemaItem {
	readonly label: string;
	readonly isField: boolean;
	/** As a snippet of the editor. */
	readonly insert: string;
	/** Null: the word at the cursor. */
	readonly range: Range | null;
	/** Markdown. */
	readonly documentation: string;
}

export interface SchemaHover {
	/** Markdown. */
	readonly text: string;
	readonly range: Range | null;
}

/** A text as an editor has it; `version` changes with it. */
export interface VersionedText {
	readonly uri: string;
	readonly version: number;
	readonly text: string;
}

/** Positions count lines and UTF-16 units from 0. */
export interface YamlService {
	complete(document: VersionedText, position: { line: number; character: number }): Promise<readonly SchemaItem[]>;
	hover(document: VersionedText, position: { line: number; character: number }): Promise<SchemaHover | null>;
	symbols(document: VersionedText): readonly DocumentSymbol[];
	folds(document: VersionedText): readonly FoldingRange[];
}

const schemaUri = 'eval-lens:eval.schema.json';

/**
 * @param schema Of every text that is handed in, whatever `$schema` a comment of it names: nothing is ever fetched.
 */
export function createYamlService(schema: object): YamlService {
	// Its title is the label of a skeleton, and stands above every tooltip.
	const { title: _, ...untitled } = schema as { readonly title?: string };
	const service = getLanguageService({
		schemaRequestService: () => Promise.resolve(JSON.stringify(untitled)),
		workspaceContext: { resolveRelativePath: relative => relative },
		clientCapabilities: {
			textDocument: { completion: { completionItem: { documentationFormat: ['markdown'], snippetSupport: true } } },
		},
	});
	service.configure({
		validate: false,
		completion: true,
		hover: true,
		hoverSchemaSource: false,
		disableDefaultProperties: true,
		indentation: '  ',
		schemas: [{ uri: schemaUri, fileMatch: ['*'], schema: untitled }],
	});
	return {
		async complete(given, position) {
			const found = await service.doComplete(documentOf(given), position, false).catch(() => null);
			return (found?.items ?? [])
				.filter(({ kind }) => kind !== skeletonKind)
				.map(({ label, kind, textEdit, insertText, documentation }) => ({
					label,
					isField: kind === propertyKind,
					insert: textEdit?.newText ?? insertText ?? label,
					range: textEdit && 'range' in textEdit ? textEdit.range : null,
					documentation: typeof documentation === 'string' ? documentation : (documentation?.value ?? ''),
				}));
		},
		async hover(given, position) {
			const found = await service.doHover(documentOf(given), position).catch(() => null);
			const contents = found?.contents;
			const text = typeof contents === 'object' && 'value' in contents ? contents.value : '';
			return text.trim() === '' ? null : { text, range: found?.range ?? null };
		},
		symbols: given => attempt(() => service.findDocumentSymbols2(documentOf(given))),
		folds: given => attempt(() => service.getFoldingRanges(documentOf(given), { lineFoldingOnly: true })),
	};
}

/** The service stumbles over some half-written texts, such as a key that is nothing: then it knows nothing of them. */
function attempt<T>(ask: () => readonly T[] | null): readonly T[] {
	try {
		return ask() ?? [];
	} catch {
		return [];
	}
}

/** CompletionItemKind: skeletons of whole mappings, made from required fields, would be written into each other. */
const skeletonKind = 7;
const propertyKind = 10;

let last: TextDocument | undefined;

/** The service keeps what it parsed for as long as it is given the same document. */
function documentOf({ uri, version, text }: VersionedText): TextDocument {
	if (last?.uri !== uri || last.version !== version || last.getText() !== text) {
		last = TextDocument.create(uri, 'yaml', version, text);
	}
	return last;
}
