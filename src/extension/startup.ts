// The host makes its API for us at the first import of it: that is before the clock starts.
import 'vscode';

/** Stretches of time that a person who wonders why something is slow can read in the output channel. */
export interface Span {
	readonly name: string;
	readonly milliseconds: number;
}

/** When the extension's own code began to be read: main.ts imports this module first. */
const began = performance.now();
let reading = 0;

/** Called by the last line of main.ts. What lies between it and `activate` is the host's work. */
export function codeIsRead(): void {
	reading = performance.now() - began;
}

/** The stretches of our own that activating takes. `activating` is how long `activate` ran. */
export function activationSpans(activating: number): readonly Span[] {
	return [
		{ name: 'read the code', milliseconds: reading },
		{ name: 'registered', milliseconds: activating },
		{ name: 'activated, own time', milliseconds: reading + activating },
	];
}

export function spanLine({ name, milliseconds }: Span): string {
	return `${milliseconds.toFixed(1).padStart(8)} ms  ${name}`;
}
