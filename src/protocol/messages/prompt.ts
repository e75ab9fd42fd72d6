export const promptMessages = {} as const satisfies Record<string, string>;
