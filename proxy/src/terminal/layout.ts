/** Which columns a line has at which width, so that every line of a run aligns with the one above it. */

export interface Layout {
  /** Columns in all; undefined when nobody cuts lines (a file, a pipe). */
  readonly width: number | undefined;
  readonly client: number;
  /** 0 while there is only one server: a column that always says the same says nothing. */
  readonly server: number;
  readonly what: number;
  /** Upstream + proxy = total, or only the total where there is no room. */
  readonly parts: boolean;
  /** The HTTP status. The first to go: the outcome says the same, and more. */
  readonly status: boolean;
}

/** Wide enough for every column at its best. */
const COMFORTABLE = 150;
const ROOMY = 118;
const NARROW = 96;

/** The layout for a terminal `width` columns wide, with `servers` upstreams. The outcome keeps some twenty columns. */
export function layoutFor(width: number | undefined, servers: number): Layout {
  const server = servers > 1 ? 12 : 0;
  // With room for one of the two: of several servers, which one; of one server, who calls it.
  const who = servers > 1 ? { client: 0, server: 10 } : { client: 10, server: 0 };
  if (width === undefined) return { width, client: 24, server, what: 36, parts: true, status: true };
  if (width >= COMFORTABLE) return { width, client: 18, server, what: 34, parts: true, status: true };
  if (width >= ROOMY) return { ...who, width, what: 24, parts: true, status: true };
  if (width >= NARROW) return { ...who, width, what: 22, parts: false, status: true };
  return { width, client: 0, server: 0, what: 22, parts: false, status: false };
}
