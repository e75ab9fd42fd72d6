export const reportMessages = {} as const satisfies Record<string, string>;
