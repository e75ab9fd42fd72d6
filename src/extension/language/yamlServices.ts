import * as vscode from 'vscode';
import { rooms } from '../rooms';
import { isServedBy } from './servedElsewhere';
import type { GivenText, YamlService } from './yamlService';

const yamlExtension = 'redhat.vscode-yaml';

let loaded: Promise<YamlService> | undefined;

/** What our schema knows, by a bundle of its own that loads when it is first asked. */
export function yamlService(): Promise<YamlService> {
	loaded ??= Promise.all([import('./yamlService'), rooms()]).then(([{ createYamlService }, { evaluationJsonSchema }]) =>
		createYamlService(evaluationJsonSchema()),
	);
	return loaded;
}

/**
 * Red Hat's extension gives the same from the schema that we contribute: then nothing may be said twice.
 * @param feature As its settings call it; for the outline and folding there is no setting.
 */
export function isServedElsewhere(
	document: vscode.TextDocument,
	feature: 'validate' | 'completion' | 'hover' | 'outline',
): boolean {
	const isInstalled = vscode.extensions.getExtension(yamlExtension) !== undefined;
	const isOn = vscode.workspace.getConfiguration('yaml', document).get<boolean>(feature);
	return isServedBy({ isInstalled, isOn }, document.languageId);
}

export function given(document: vscode.TextDocument): GivenText {
	return { uri: document.uri.toString(), text: document.getText() };
}
