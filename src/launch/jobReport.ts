/** What a script tells of a job, line by line: a word and what belongs to it, at its end a log. */
export interface JobReport {
	/** What stands behind a word; empty where nothing does; null: the word was not written. */
	value(word: string): string | null;
	/** The lines behind `log`. */
	readonly log: readonly string[];
}

export function readReport(output: string): JobReport {
	const lines = output.split(/\r?\n/);
	const end = lines.indexOf('log');
	const values = new Map<string, string>();
	for (const line of end < 0 ? lines : lines.slice(0, end)) {
		const space = line.indexOf(' ');
		values.set(space < 0 ? line : line.slice(0, space), space < 0 ? '' : line.slice(space + 1).trim());
	}
	return {
		value: word => values.get(word) ?? null,
		log: end < 0 ? [] : lines.slice(end + 1).filter(line => line.trim() !== ''),
	};
}

/** The last lines of a log, as a sentence can hold them. */
export function lastWords(log: readonly string[]): string {
	return (
		log
			.slice(-5)
			// biome-ignore lint/suspicious/noControlCharactersInRegex: logs are coloured by escape sequences
			.map(line => line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').trim())
			.join('\n')
			.slice(-1000) || '–'
	);
}
