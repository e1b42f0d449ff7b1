/** What is wrong with a configuration. Facts for `main.ts` to print; nothing here is thrown. */

export interface Problem {
  /** As the user wrote it: a flag, an environment variable, a key of the file. */
  readonly key: string;
  /** What was found and what is allowed; one sentence without a full stop. */
  readonly message: string;
}

/** A value as it may be shown: short, on one line, without control characters. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return `'${line.length > 60 ? `${line.slice(0, 57)}…` : line}'`;
}
