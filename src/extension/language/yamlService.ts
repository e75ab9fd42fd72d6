// The YAML language server as a library: the whole of dist/yamlService.cjs, which loads when a language function is first
// asked (yamlServices.ts). It gives what our JSON Schema knows; its diagnostics stay off, config's sentences are better.
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type DocumentSymbol, type FoldingRange, getLanguageService, type Range } from 'yaml-language-server';
import { textAround } from './textAround';

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

/** A text as an editor has it. */
export interface GivenText {
	readonly uri: string;
	readonly text: string;
}

/** Positions count lines and UTF-16 units from 0. */
export interface YamlService {
	complete(document: GivenText, position: { line: number; character: number }): Promise<readonly SchemaItem[]>;
	hover(document: GivenText, position: { line: number; character: number }): Promise<SchemaHover | null>;
	symbols(document: GivenText): readonly DocumentSymbol[];
	folds(document: GivenText): readonly FoldingRange[];
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
			const found = await service
				.doComplete(documentOf(besideEmpty(around(given, position), position)), position, false)
				.catch(() => null);
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
			const found = await service.doHover(documentOf(around(given, position)), position).catch(() => null);
			const contents = found?.contents;
			const text = typeof contents === 'object' && 'value' in contents ? contents.value : '';
			return text.trim() === '' ? null : { text, range: found?.range ?? null };
		},
		symbols: given => attempt(() => service.findDocumentSymbols2(documentOf(given))),
		folds: given => attempt(() => service.getFoldingRanges(documentOf(given), { lineFoldingOnly: true })),
	};
}

function around({ uri, text }: GivenText, { line }: { line: number }): GivenText {
	return { uri: `${uri}#around`, text: textAround(text, line) };
}

/**
 * The text with a null for an empty field above the cursor that cannot hold what is typed, since it stands no less deep:
 * the service would offer what belongs inside of it.
 */
function besideEmpty(given: GivenText, { line, character }: { line: number; character: number }): GivenText {
	const lines = given.text.split('\n');
	const above = lines.findLastIndex((text, i) => i < line && /^\s*[^\s#]/.test(text));
	const text = lines[above] ?? '';
	const isBlank = (lines[line] ?? '').trim() === '';
	if (!isBlank || !/:\s*$/.test(text) || text.search(/\S/) < character) {
		return given;
	}
	lines[above] = text.replace(/:\s*$/, ': ~');
	return { ...given, text: lines.join('\n') };
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

/** The latest first: the whole text, as for an outline, and what is around the cursor. */
let recent: readonly TextDocument[] = [];
const mostRecent = 2;
let versions = 0;

/** The service keeps what it parsed by address and version: so each text gets a version of its own. */
function documentOf({ uri, text }: GivenText): TextDocument {
	const known = recent.find(one => one.uri === uri && one.getText() === text);
	if (known) {
		return known;
	}
	versions++;
	const document = TextDocument.create(uri, 'yaml', versions, text);
	recent = [document, ...recent].slice(0, mostRecent);
	return document;
}
