export const engineMessages = {} as const satisfies Record<string, string>;
