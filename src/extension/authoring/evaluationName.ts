/** A file name for an evaluation of a dataset: what the Hub calls it is neither a path nor a command. */
export function evaluationFileName(dataset: string, config: string | null, number: number): string {
	const name =
		dataset
			.replace(/[/\\]+$/, '')
			.split(/[/\\]/)
			.at(-1) ?? '';
	const words = config === null || config === 'default' || config === name ? name : `${name}-${config}`;
	const safe = words
		.normalize('NFC')
		.replace(/[^\p{L}\p{N}_-]+/gu, '-')
		.replace(/^-+|-+$/g, '')
		.slice(0, 60);
	return `${safe || 'new'}${number === 1 ? '' : `-${number}`}.eval.yaml`;
}
