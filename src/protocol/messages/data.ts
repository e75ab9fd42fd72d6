export const dataMessages = {} as const satisfies Record<string, string>;
