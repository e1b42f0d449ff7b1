/**
 * What is hidden without being asked: keys whose values are secrets by name, and the token formats that can be
 * told by their look. Users add to both; nobody can take away from them but by `payload-mode=full`.
 */

/** Compared without case, `-` and `_` (see `observation/redact.ts`). */
export const REDACTED_KEYS = [
  'password',
  'passwd',
  'secret',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'api_key',
  'apikey',
  'authorization',
  'cookie',
  'set-cookie',
  'private_key',
  'client_secret',
  'credentials',
] as const;

/** Each as its issuer documents it, with a lower bound on length so that prose is left alone. */
export const PATTERNS_BUILT_IN = [
  {
    name: 'private_key',
    source: '-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)',
  },
  // Not in the middle of a long run: `eyJ-eyJ-…` would be searched to its end again from each of its pieces.
  { name: 'jwt', source: '\\beyJ(?<![\\w-]{67})[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]*' },
  { name: 'bearer', source: '\\bbearer\\s+[A-Za-z0-9._~+/=-]{16,}' },
  { name: 'github', source: '\\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\\w{22,})' },
  { name: 'gitlab', source: '\\bglpat-[\\w-]{20,}' },
  { name: 'sk', source: '\\bsk-[A-Za-z0-9_-]{20,}' },
  { name: 'stripe', source: '\\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}' },
  { name: 'slack', source: '\\bxox[abeoprs]-[A-Za-z0-9-]{10,}' },
  { name: 'aws', source: '\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b' },
  { name: 'google', source: '\\b(?:AIza[\\w-]{35}|ya29\\.[\\w-]{20,})' },
  { name: 'npm', source: '\\bnpm_[A-Za-z0-9]{36}\\b' },
  { name: 'huggingface', source: '\\bhf_[A-Za-z0-9]{30,}\\b' },
  { name: 'url_login', source: '(?<=://)[^\\s:/@"\']+:[^\\s/@"\']+(?=@)' },
] as const;
