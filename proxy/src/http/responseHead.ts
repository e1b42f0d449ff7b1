/**
 * Reads the head of an upstream's answer once: what goes on to the client and what observation may see. Works on
 * the raw bytes that the parser hands over, so spelling, order, repetition and bytes beyond ASCII survive.
 */
import { OBSERVED_RESPONSE_HEADERS } from '../observation/frame.ts';
import { HOP_BY_HOP, namedInConnection } from './headers.ts';

export interface ResponseHead {
  /** Raw list for the client. */
  readonly forward: string[];
  /** Lower-cased, repeated values joined by `, `. */
  readonly observed: Record<string, string>;
  readonly contentLength: number | undefined;
  readonly eventStream: boolean;
  /** `WWW-Authenticate`, repeated values joined by `, `; absent when there is none. */
  readonly challenge?: string | undefined;
}

const OBSERVED = new Set<string>(OBSERVED_RESPONSE_HEADERS);

/** `raw` is `[name, value, …]` as undici's parser cut it. */
export function readResponseHead(raw: readonly Buffer[]): ResponseHead {
  const forward: string[] = [];
  const observed: Record<string, string> = {};
  let contentLength: number | undefined;
  let named: ReadonlySet<string> | undefined;
  let trailer = false;
  let challenge: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]?.toString('latin1') ?? '';
    const value = raw[i + 1]?.toString('latin1') ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower)) {
      if (lower === 'connection') named = namedInConnection(value) ?? named;
      continue;
    }
    if (lower === 'content-length') contentLength = Number(value);
    else if (lower === 'trailer') trailer = true;
    else if (lower === 'www-authenticate') challenge = challenge ? `${challenge}, ${value}` : value;
    else if (OBSERVED.has(lower)) {
      const before = observed[lower];
      observed[lower] = before === undefined ? value : `${before}, ${value}`;
    }
    forward.push(name, value);
  }
  const type = observed['content-type'];
  return {
    // `Trailer` beside a length announces what cannot come (RFC 9112 §6.5), and node refuses to write it.
    forward: cleanUp(forward, named, trailer && contentLength !== undefined),
    observed,
    contentLength,
    challenge,
    eventStream: type !== undefined && /^text\/event-stream\s*(;|$)/i.test(type),
  };
}

function cleanUp(list: string[], named: ReadonlySet<string> | undefined, dropTrailer: boolean): string[] {
  if (named === undefined && !dropTrailer) return list;
  const kept: string[] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    const lower = (list[i] ?? '').toLowerCase();
    if (named?.has(lower) || (dropTrailer && lower === 'trailer')) continue;
    kept.push(list[i] ?? '', list[i + 1] ?? '');
  }
  return kept;
}
