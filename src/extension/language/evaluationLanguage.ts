import * as vscode from 'vscode';
import { Completions } from './completions';
import { Diagnostics } from './diagnostics';
import type { EvaluationDocuments } from './evaluationDocuments';
import { Hovers } from './hovers';
import { type HubSource, KnowledgeSource } from './knowledgeSource';
import { Links } from './links';
import { Outline } from './outline';
import { VariantNavigation } from './variantNavigation';

/** What the editor knows of `*.eval.yaml` beside the numbers of its runs. Nothing loads before it is first asked. */
export function evaluationLanguage(documents: EvaluationDocuments, hub: HubSource): vscode.Disposable {
	const source = new KnowledgeSource(hub);
	return vscode.Disposable.from(
		source,
		new Diagnostics(documents, source),
		new Completions(documents, source),
		new Hovers(documents, source),
		new VariantNavigation(documents),
		new Links(documents, source),
		new Outline(),
	);
}
