export const configMessages = {} as const satisfies Record<string, string>;
