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
}

/** Wide enough for every column at its best. */
const COMFORTABLE = 150;
const ROOMY = 118;

/** The layout for a terminal `width` columns wide, with `servers` upstreams. */
export function layoutFor(width: number | undefined, servers: number): Layout {
  const server = servers > 1 ? 12 : 0;
  if (width === undefined) return { width, client: 24, server, what: 36, parts: true };
  if (width >= COMFORTABLE) return { width, client: 18, server, what: 34, parts: true };
  if (width >= ROOMY) return { width, client: 14, server: server === 0 ? 0 : 8, what: 26, parts: true };
  if (width >= 90) return { width, client: 12, server: 0, what: 28, parts: false };
  return { width, client: 0, server: 0, what: 26, parts: false };
}
