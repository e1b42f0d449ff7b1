/**
 * Who may read: `Host` and `Origin` as the proxy judges them, and a token where one is set. The token comes as
 * `Bearer`, or once in the address, which is answered with a cookie and the address without it.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createGuard } from '../guard/guard.ts';
import { type Refusal, refuse } from './problem.ts';

export interface AccessRules {
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Undefined: none is asked for. */
  readonly token: string | undefined;
}

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  /** The token was in the address: set the cookie, and go there. */
  | { readonly kind: 'welcome'; readonly cookie: string; readonly location: string };

export interface Access {
  /** @param path Path of the address. @param query Without question mark. */
  judge(request: IncomingMessage, path: string, query: string): Verdict;
}

/** Ports of one host share their cookies, so the name carries ours. */
const cookieNameOf = (port: number | undefined): string => `sightline_${port ?? 0}`;
const TOKEN_PARAMETER = 'token';

export function createAccess(rules: AccessRules): Access {
  const guard = createGuard(rules);
  const { token } = rules;
  // The cookie proves knowledge of the token without carrying it.
  const pass =
    token === undefined ? '' : createHmac('sha256', token).update('page cookie').digest('base64url');

  const refusalOf = (request: IncomingMessage): Refusal | undefined => {
    const { host = [], origin = [] } = request.headersDistinct;
    if (host.length > 1) return refuse('malformed', 'it has more than one Host header (RFC 9112 §3.2)');
    const reason = guard(host[0], origin.length === 0 ? undefined : origin.join(', '));
    if (reason !== undefined) return refuse('caller', `Sightline refused this request: ${reason}`);
    if (isForeignFetch(request)) return refuse('caller', 'Another site’s page asked for it');
    return undefined;
  };

  return {
    judge(request, path, query) {
      const refusal = refusalOf(request);
      if (refusal) return { kind: 'refuse', refusal };
      if (token === undefined) return { kind: 'pass' };
      const name = cookieNameOf(request.socket.localPort);
      const { given, rest } = takeToken(query);
      if (given !== undefined && isSame(given, token)) {
        // Lax, because a link in a chat or a dashboard has to open; every path only reads, and none can be framed.
        const cookie = `${name}=${pass}; Path=/; HttpOnly; SameSite=Lax`;
        return { kind: 'welcome', cookie, location: `${plainPath(path)}${rest === '' ? '' : `?${rest}`}` };
      }
      const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (bearer !== undefined && isSame(bearer, token)) return { kind: 'pass' };
      const cookies = readCookies(request.headers.cookie ?? '', name);
      if (cookies.some((cookie) => isSame(cookie, pass))) return { kind: 'pass' };
      const detail =
        given === undefined && bearer === undefined
          ? 'Open the address that Sightline printed at its start, or send the token as Authorization: Bearer'
          : 'The token is not that of this Sightline; its address with the token was printed at its start';
      return { kind: 'refuse', refusal: refuse('token', detail, { 'www-authenticate': 'Bearer' }) };
    },
  };
}

/** A page of another site that embeds us or fetches blindly: it could read nothing, but make us work. */
function isForeignFetch(request: IncomingMessage): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
  return site === 'cross-site' && mode !== 'navigate';
}

/** Digests have one length, so comparing them tells nothing about either. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function takeToken(query: string): { readonly given: string | undefined; readonly rest: string } {
  const pieces = query.split('&');
  const mine = (piece: string): boolean => piece.startsWith(`${TOKEN_PARAMETER}=`);
  const given = pieces.find(mine)?.slice(TOKEN_PARAMETER.length + 1);
  return { given, rest: pieces.filter((piece) => piece !== '' && !mine(piece)).join('&') };
}

/** A path that begins with two slashes would lead to another host. */
function plainPath(path: string): string {
  return `/${path.replaceAll(/[\\\r\n]/g, '').replace(/^\/+/, '')}`;
}

function readCookies(header: string, name: string): readonly string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
