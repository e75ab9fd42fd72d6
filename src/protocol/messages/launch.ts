/** Sentences of the room launch, and about servers. */
export const launchMessages = {
	'launch.not-found': '`{command}` was not found on this computer. Install it, or put it on the PATH.',
} as const;
