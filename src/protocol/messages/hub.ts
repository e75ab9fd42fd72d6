export const hubMessages = {
	'hub.offline': 'This is not in the cache, and HF_HUB_OFFLINE forbids to ask the Hub for {what}.',
} as const satisfies Record<string, string>;
