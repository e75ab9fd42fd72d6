import * as vscode from 'vscode';
import { rooms } from '../rooms';
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

/** Red Hat's extension gives the same from the schema that we contribute: then nothing may be said twice. */
export function isServedElsewhere(): boolean {
	return vscode.extensions.getExtension(yamlExtension)?.isActive === true;
}

export function given(document: vscode.TextDocument): GivenText {
	return { uri: document.uri.toString(), text: document.getText() };
}
