/**
 * The built page, read into memory at once: what is not in the map cannot be asked for, so no path leads out of
 * the directory. Names with a hash of their content may be kept for ever.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Asset {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
/** Vite's `name-hash.ext`. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.\w+$/;

/** Files by URL path, `/` being index.html; undefined where no page is built. */
export function readAssets(directory: string): ReadonlyMap<string, Asset> | undefined {
  const files = listFiles(directory);
  const assets = new Map<string, Asset>();
  for (const file of files) {
    const type = TYPES[path.extname(file)];
    if (type === undefined) continue;
    const bytes = readFileSync(path.join(directory, file));
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    const cacheControl = HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache';
    const name = file.split(path.sep).join('/');
    assets.set(name === 'index.html' ? '/' : `/${name}`, { bytes, type, etag, cacheControl });
  }
  return assets.has('/') ? assets : undefined;
}

function listFiles(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

/** What stands at `/` while no page is built. */
export const PLAIN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sightline</title>
<h1>Sightline is running</h1>
<p>The page is not built. Stop Sightline, run <code>npm run build</code>, and start it again.</p>
<p>The read API answers meanwhile: <a href="/api/v1/sessions">sessions</a>,
<a href="/api/v1/events">events</a>, <a href="/readyz">readiness</a>.</p>
</html>
`;

/** What a browser gets that has no token yet. */
export const TOKEN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sightline</title>
<h1>This page needs its token</h1>
<p>Open the address that Sightline printed when it started: it carries the token.</p>
</html>
`;
