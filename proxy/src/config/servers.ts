/**
 * The servers to stand in front of: from one address, from one command, or from the `mcpServers` of a file that MCP
 * clients already have. Entries are read as clients read them (`url`, `serverUrl`, `httpUrl`, `headers`, `command`,
 * `args`, `env`, `cwd`, `disabled`, `${VAR}`); fields that mean nothing to a proxy are left alone.
 */
import { type Problem, show } from './problem.ts';
import { serverNameOf, slugOf } from './serverName.ts';
import { shimWords } from './shimWords.ts';

/** A server that listens. */
export interface HttpUpstream {
  readonly kind: 'http';
  /** Slug in `[a-z0-9-]`: prefix, host name, and `sightline.server.name`. */
  readonly name: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** A server that is started for each client (stdio). */
export interface CommandUpstream {
  readonly kind: 'command';
  /** As above. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Besides what it inherits. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export type Upstream = HttpUpstream | CommandUpstream;

/** Where MCP is on a server that is started by a command: it has no address of its own. */
export const COMMAND_PATH = '/mcp';

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
  const upstream: Upstream = { kind: 'http', name: slugOf(url.value.host), url: url.value, headers: {} };
  return { upstreams: [upstream], named: false, warnings: warningsFor(url.value, key), problems: [] };
}

/** One upstream from the words of a command. `name` is what the user calls it, if anything. */
export function readCommandOf(words: readonly string[], name: string | undefined, key: string): Servers {
  const [command, ...args] = words;
  if (command === undefined || command === '') {
    const message = 'needs the command of a server behind it, as in -- npx -y some-mcp-server';
    return { upstreams: [], named: false, warnings: [], problems: [{ key, message }] };
  }
  const slug = slugOf(name ?? '') || serverNameOf(command, args);
  const upstream: Upstream = { kind: 'command', name: slug, command, args, env: {} };
  return { upstreams: [upstream], named: false, warnings: [], problems: [] };
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
    problems.push({ key: section, message: 'leaves no server to stand in front of' });
  }
  return { upstreams, named: true, warnings, problems };
}

interface Entry {
  readonly found?: Omit<HttpUpstream, 'name'> | Omit<CommandUpstream, 'name'>;
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

function readEntry(entry: unknown, key: string, env: Environment): Entry {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return { warnings: [], problems: [{ key, message: 'must be an object with a url or a command' }] };
  }
  const row = entry as Readonly<Record<string, unknown>>;
  if (row['disabled'] === true) return { warnings: [`${key} is disabled and left out`], problems: [] };
  const field = ['url', 'serverUrl', 'httpUrl'].find((name) => row[name] !== undefined);
  if (field === undefined) {
    if (row['command'] !== undefined) return readCommand(row, key, env);
    return { warnings: [], problems: [{ key, message: 'has neither url nor command' }] };
  }
  const problems: Problem[] = [];
  const expanded = expand(row[field], `${key}.${field}`, env, problems);
  const headers = readTexts(row['headers'], `${key}.headers`, env, problems, isHeader, 'is no valid header');
  if (expanded === undefined) return { warnings: [], problems };
  const url = readUrl(expanded);
  if ('wrong' in url) problems.push({ key: `${key}.${field}`, message: url.wrong });
  if ('wrong' in url || problems.length > 0) return { warnings: [], problems };
  return {
    found: { kind: 'http', url: url.value, headers },
    warnings: warningsFor(url.value, `${key}.${field}`),
    problems,
  };
}

function readCommand(row: Readonly<Record<string, unknown>>, key: string, env: Environment): Entry {
  const problems: Problem[] = [];
  const command = expand(row['command'], `${key}.command`, env, problems);
  const listed = row['args'] ?? [];
  if (!Array.isArray(listed)) problems.push({ key: `${key}.args`, message: 'must be a list of texts' });
  const args = (Array.isArray(listed) ? listed : []).flatMap((raw: unknown, at) => {
    const arg = expand(raw, `${key}.args[${at}]`, env, problems);
    return arg === undefined ? [] : [arg];
  });
  const own = readTexts(row['env'], `${key}.env`, env, problems, isVariable, 'is no valid variable');
  const cwd = row['cwd'] === undefined ? undefined : expand(row['cwd'], `${key}.cwd`, env, problems);
  if (command === '') problems.push({ key: `${key}.command`, message: 'is empty' });
  if (command === undefined || problems.length > 0) return { warnings: [], problems };
  // Behind a shim of ours everything would be seen twice: once by it, and once here.
  const [program = command, ...rest] = [command, ...args].slice(shimWords([command, ...args]));
  const place = { env: own, ...(cwd !== undefined && { cwd }) };
  return { found: { kind: 'command', command: program, args: rest, ...place }, warnings: [], problems };
}

/** Header names by RFC 9110 §5.6.2; values without control characters (§5.5). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

function isHeader(name: string, value: string): boolean {
  return HEADER_NAME.test(name) && HEADER_VALUE.test(value);
}

/** What no system takes as a variable of the environment. */
function isVariable(name: string, value: string): boolean {
  return name !== '' && !/[=\0]/.test(name) && !value.includes('\0');
}

function readTexts(
  value: unknown,
  key: string,
  env: Environment,
  problems: Problem[],
  isRight: (name: string, value: string) => boolean,
  wrong: string,
): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push({ key, message: 'must be an object of texts' });
    return {};
  }
  const texts: [string, string][] = [];
  for (const [name, raw] of Object.entries(value)) {
    const text = expand(raw, `${key}.${name}`, env, problems);
    if (text === undefined) continue;
    // The value may be a secret, so it is not shown.
    if (isRight(name, text)) texts.push([name, text]);
    else problems.push({ key: `${key}.${name}`, message: wrong });
  }
  return Object.fromEntries(texts);
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
