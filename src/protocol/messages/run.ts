export const runMessages = {} as const satisfies Record<string, string>;
