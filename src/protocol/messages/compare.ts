export const compareMessages = {} as const satisfies Record<string, string>;
