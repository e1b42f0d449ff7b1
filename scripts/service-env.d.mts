export function serviceEnv(given?: Readonly<Record<string, string | undefined>>): Record<string, string>;
