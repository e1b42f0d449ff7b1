/** Texts as string literals of TraceQL and PromQL; for LogQL the panel has its own. */

/**
 * A text as a literal of TraceQL and PromQL: both read Go's double-quoted form. Whatever cannot be seen is
 * written as an escape, and so is U+FFFD, which PromQL takes for a mistake; half of a surrogate pair leaves the proxy
 * as that.
 */
export function quoteText(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll(/[\\"\ufffd\p{C}\p{Zl}\p{Zp}]/gu, (found) =>
      found === '"' || found === '\\' ? `\\${found}` : escapeOf(found.codePointAt(0) ?? 0),
    );
  return `"${escaped}"`;
}

function escapeOf(codePoint: number): string {
  const hex = codePoint.toString(16);
  return codePoint > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
