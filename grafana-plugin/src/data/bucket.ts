/** FNV-1a 32 over the UTF-8 bytes of a session's id as exported, modulo 16, as a hex digit: its bucket in Loki. */
export function bucketOf(sessionId: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(sessionId)) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0).toString(16).slice(-1);
}
