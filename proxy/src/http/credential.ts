/**
 * What may be known of a credential: its kind, its first characters, a hash that tells callers apart. The value
 * itself stays in this room and never reaches a frame.
 */
import { hash } from 'node:crypto';
import type { CredentialSighting } from '../observation/frame.ts';

/** The fields of a request that can carry a credential. */
export interface CredentialFields {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  readonly cookie: string | undefined;
}

export type CredentialReader = (fields: CredentialFields) => CredentialSighting;

const NONE: CredentialSighting = { kind: 'none' };
const AUTHORIZATION_CHARS = 10;
const OTHER_CHARS = 4;
const HASH_CHARS = 32;

/** Callers repeat their credential on every request, so the hash is kept for the last `cacheMax` values. */
export function createCredentialReader(showPrefix: boolean, cacheMax = 512): CredentialReader {
  const seen = new Map<string, CredentialSighting>();
  const recall = (kind: CredentialSighting['kind'], value: string, chars: number): CredentialSighting => {
    const known = seen.get(value);
    if (known?.kind === kind) return known;
    const digest = hash('sha256', value).slice(0, HASH_CHARS);
    const sighting = showPrefix
      ? { kind, prefix: credentialPrefix(value, chars), hash: digest }
      : { kind, hash: digest };
    if (seen.size >= cacheMax) seen.clear();
    seen.set(value, sighting);
    return sighting;
  };
  return ({ authorization, apiKey, cookie }) => {
    if (authorization !== undefined) {
      return recall(authorizationKind(authorization), authorization, AUTHORIZATION_CHARS);
    }
    if (apiKey !== undefined) return recall('api_key', apiKey, OTHER_CHARS);
    if (cookie !== undefined) return recall('cookie', cookie, OTHER_CHARS);
    return NONE;
  };
}

/** At most `chars` first characters and at most a quarter of the value, so that a short secret is not shown. */
export function credentialPrefix(value: string, chars: number): string {
  return `${value.slice(0, Math.min(chars, Math.floor(value.length / 4)))}…`;
}

/** Scheme names are case-insensitive (RFC 9110 §11.1). */
function authorizationKind(value: string): CredentialSighting['kind'] {
  const scheme = /^\s*([^\s]+)\s/.exec(value)?.[1]?.toLowerCase();
  return scheme === 'bearer' || scheme === 'basic' ? scheme : 'other';
}
