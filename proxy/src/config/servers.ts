/**
 * The servers to stand in front of: from one address, or from the `mcpServers` of a file that MCP clients already
 * have. Entries are read as clients read them (`url`, `serverUrl`, `httpUrl`, `headers`, `disabled`, `${VAR}`);
 * fields that mean nothing to a proxy are left alone.
 */
import { type Problem, show } from './problem.ts';

export interface Upstream {
  /** Slug in `[a-z0-9-]`: prefix, host name, and `sightline.server.name`. */
  readonly name: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Servers {
  readonly upstreams: readonly Upstream[];
  /** The names are the user's own, and so a way to ask for a server even when there is one only. */
  readonly named: boolean;
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** One upstream from an address. Its name is its host and port, because nothing else is known of it. */
export function readAddressOf(text: string, key: string): Servers {
  const url = readUrl(text);
  if ('wrong' in url)
    return { upstreams: [], named: false, warnings: [], problems: [{ key, message: url.wrong }] };
  const upstream = { name: slugOf(url.value.host), url: url.value, headers: {} };
  return { upstreams: [upstream], named: false, warnings: warningsFor(url.value, key), problems: [] };
}

export function readServers(servers: unknown, section: string, env: Environment): Servers {
  if (typeof servers !== 'object' || servers === null || Array.isArray(servers)) {
    return {
      upstreams: [],
      named: true,
      warnings: [],
      problems: [{ key: section, message: 'must be an object of servers by name' }],
    };
  }
  const upstreams: Upstream[] = [];
  const warnings: string[] = [];
  const problems: Problem[] = [];
  const taken = new Map<string, string>();
  for (const [name, entry] of Object.entries(servers)) {
    const key = `${section}.${name}`;
    const read = readEntry(entry, key, env);
    warnings.push(...read.warnings);
    problems.push(...read.problems);
    if (!read.found) continue;
    const slug = slugOf(name);
    const other = taken.get(slug);
    if (slug === '') problems.push({ key, message: 'needs a name with a letter or digit of a-z, 0-9' });
    else if (other !== undefined) {
      problems.push({ key, message: `becomes '${slug}', and so does ${show(other)}; rename one` });
    } else {
      taken.set(slug, name);
      upstreams.push({ name: slug, ...read.found });
    }
  }
  if (upstreams.length === 0 && problems.length === 0) {
    problems.push({ key: section, message: 'leaves no server with a url to stand in front of' });
  }
  return { upstreams, named: true, warnings, problems };
}

interface Entry {
  readonly found?: { readonly url: URL; readonly headers: Readonly<Record<string, string>> };
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

function readEntry(entry: unknown, key: string, env: Environment): Entry {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return { warnings: [], problems: [{ key, message: 'must be an object with a url' }] };
  }
  const row = entry as Readonly<Record<string, unknown>>;
  if (row['disabled'] === true) return { warnings: [`${key} is disabled and left out`], problems: [] };
  const field = ['url', 'serverUrl', 'httpUrl'].find((name) => row[name] !== undefined);
  if (field === undefined) {
    if (row['command'] === undefined) return { warnings: [], problems: [{ key, message: 'has no url' }] };
    return {
      warnings: [`${key} is started by a command (stdio), which this version does not wrap; it is left out`],
      problems: [],
    };
  }
  const problems: Problem[] = [];
  const expanded = expand(row[field], `${key}.${field}`, env, problems);
  const headers = readHeaders(row['headers'], `${key}.headers`, env, problems);
  if (expanded === undefined) return { warnings: [], problems };
  const url = readUrl(expanded);
  if ('wrong' in url) problems.push({ key: `${key}.${field}`, message: url.wrong });
  if ('wrong' in url || problems.length > 0) return { warnings: [], problems };
  return {
    found: { url: url.value, headers },
    warnings: warningsFor(url.value, `${key}.${field}`),
    problems,
  };
}

/** Header names by RFC 9110 §5.6.2; values without control characters (§5.5). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

function readHeaders(
  value: unknown,
  key: string,
  env: Environment,
  problems: Problem[],
): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push({ key, message: 'must be an object of texts' });
    return {};
  }
  const headers: [string, string][] = [];
  for (const [name, raw] of Object.entries(value)) {
    const text = expand(raw, `${key}.${name}`, env, problems);
    if (text === undefined) continue;
    // The value may be a secret, so it is not shown.
    if (HEADER_NAME.test(name) && HEADER_VALUE.test(text)) headers.push([name, text]);
    else problems.push({ key: `${key}.${name}`, message: 'is no valid header' });
  }
  return Object.fromEntries(headers);
}

const VARIABLE = /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** `${VAR}`, `${VAR:-default}` and `${env:VAR}`, as clients expand them; undefined when it is no text. */
function expand(raw: unknown, key: string, env: Environment, problems: Problem[]): string | undefined {
  if (typeof raw !== 'string') {
    problems.push({ key, message: 'must be a text' });
    return undefined;
  }
  const missing = new Set<string>();
  const expanded = raw.replace(VARIABLE, (whole, name: string, fallback: string | undefined) => {
    const value = env[name] || fallback;
    if (value === undefined) missing.add(name);
    return value ?? whole;
  });
  for (const name of missing) {
    problems.push({ key, message: `needs the environment variable ${name}, which is not set` });
  }
  return missing.size > 0 ? undefined : expanded;
}

function readUrl(text: string): { readonly value: URL } | { readonly wrong: string } {
  const url = URL.parse(text);
  if (!url) {
    const hint = /^[\w.-]+(?::\d+)?(?:\/|$)/.test(text) ? `; did you mean 'http://${text}'?` : '';
    return { wrong: `${show(text)} is no URL; write it whole, such as http://localhost:3000/mcp${hint}` };
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    const bare = /^[a-z0-9.-]+:\d+/i.test(text) ? `; did you mean 'http://${text}'?` : '';
    return { wrong: `${show(`${url.protocol}//…`)} is not http or https${bare}` };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      wrong: 'carries a user name or password; put credentials into headers of the configuration file',
    };
  }
  return { value: url };
}

function warningsFor(url: URL, key: string): readonly string[] {
  if (url.pathname !== '/') return [];
  return [
    `${key} is ${url.href}, without a path: many servers answer at /mcp, and only messages to / are read`,
  ];
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
