/** Texts as string literals of the query languages. */

/**
 * A text as a literal of LogQL, TraceQL and PromQL: the three read Go's double-quoted form. Whatever cannot be seen is
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

/** As `quoteText`, for attributes in Loki, which keeps a space in place of U+FFFD. */
export function quoteForLoki(text: string): string {
  return quoteText(text.toWellFormed().replaceAll('\ufffd', ' '));
}

function escapeOf(codePoint: number): string {
  const hex = codePoint.toString(16);
  return codePoint > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
