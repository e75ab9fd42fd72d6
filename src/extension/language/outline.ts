import * as vscode from 'vscode';
import { evaluationSelector, isEvaluation } from './evaluationDocuments';
import type { YamlService } from './yamlService';
import { given, isServedElsewhere, yamlService } from './yamlServices';

type Symbol = ReturnType<YamlService['symbols']>[number];

/** The outline of an evaluation and what can be folded in it. */
export class Outline implements vscode.DocumentSymbolProvider, vscode.FoldingRangeProvider, vscode.Disposable {
	readonly #registrations = vscode.Disposable.from(
		vscode.languages.registerDocumentSymbolProvider(evaluationSelector, this),
		vscode.languages.registerFoldingRangeProvider(evaluationSelector, this),
	);

	async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
		return isEvaluation(document) && !isServedElsewhere(document, 'outline')
			? (await yamlService()).symbols(given(document)).map(symbolOf)
			: [];
	}

	async provideFoldingRanges(document: vscode.TextDocument): Promise<vscode.FoldingRange[]> {
		return isEvaluation(document) && !isServedElsewhere(document, 'outline')
			? (await yamlService())
					.folds(given(document))
					.map(({ startLine, endLine }) => new vscode.FoldingRange(startLine, endLine))
			: [];
	}

	dispose(): void {
		this.#registrations.dispose();
	}
}

function symbolOf({ name, detail, kind, range, selectionRange, children }: Symbol): vscode.DocumentSymbol {
	const whole = rangeOf(range);
	const own = rangeOf(selectionRange);
	// The protocol counts kinds from 1, the editor from 0; and it refuses a name outside of its symbol.
	const symbol = new vscode.DocumentSymbol(name || '–', detail ?? '', kind - 1, whole.union(own), own);
	symbol.children = (children ?? []).map(symbolOf);
	return symbol;
}

function rangeOf({ start, end }: Symbol['range']): vscode.Range {
	return new vscode.Range(start.line, start.character, end.line, end.character);
}
