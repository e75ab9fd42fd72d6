/** Cuts a text that arrives in pieces into lines. A carriage return ends one too: bars of progress end by nothing else. */
export interface OutputLines {
	add(text: string): void;
	/** The rest, where the last line was not ended. */
	end(): void;
}

export function outputLines(onLine: (line: string) => void): OutputLines {
	let rest = '';
	return {
		add(text) {
			// A carriage return at the end waits: a line feed may follow it.
			const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
			rest = lines.pop() ?? '';
			for (const line of lines) {
				onLine(line);
			}
		},
		end() {
			if (rest !== '') {
				onLine(rest.replace(/\r$/, ''));
			}
			rest = '';
		},
	};
}
