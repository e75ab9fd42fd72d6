/** What an editor knows of another extension that serves YAML with the schema that we contribute. */
export interface YamlExtension {
	/** It is there and not disabled. Whether it runs already does not count: a YAML file that is open starts it. */
	readonly isInstalled: boolean;
	/** Its settings, by feature; undefined where it has none for it. */
	readonly isOn: boolean | undefined;
}

/** Whether it gives a text of some language what our schema knows: then we say none of it a second time. */
export function isServedBy({ isInstalled, isOn = true }: YamlExtension, languageId: string): boolean {
	return isInstalled && isOn && languageId === 'yaml';
}
