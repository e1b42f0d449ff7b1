/**
 * Protocol revisions and eras. **Legacy** revisions begin with an `initialize` handshake (up to 2025-11-25),
 * **modern** ones say everything in each request's `_meta` (from 2026-07-28; versioning.mdx §Terminology).
 * The era is decided per message, body first: one endpoint serves both at once.
 */
export const FIRST_MODERN_REVISION = '2026-07-28';

const REVISION = /^\d{4}-\d{2}-\d{2}$/;

/** True for 2026-07-28 and later; revision ids are dates, so they compare as text. Unknown spellings are legacy. */
export function isModernRevision(version: string | undefined): boolean {
  return version !== undefined && REVISION.test(version) && version >= FIRST_MODERN_REVISION;
}
