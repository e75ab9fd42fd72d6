/** What the command line says to scripts (docs/contract.md). */
export const exitCodes = {
	done: 0,
	assertionFailed: 1,
	badInput: 2,
	runFailed: 3,
	cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
