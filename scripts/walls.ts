/**
 * The walls: which room may import what. One table, read by `check-imports.ts`; ARCHITECTURE.md tells the same
 * in words. A new import that the table refuses is either a mistake or a decision: a decision changes this
 * table in the same commit and says why in `docs/decisions/`.
 */

/** What one room, or one file of it, may import. */
export interface Permissions {
  /** Other rooms, by name. */
  readonly rooms?: readonly string[];
  /** Node's own modules; `node:crypto{createHash}` allows only the names in braces. */
  readonly builtins?: readonly string[];
  /** npm packages; a trailing `*` matches the rest of a name. */
  readonly packages?: readonly string[];
}

export interface Room extends Permissions {
  readonly name: string;
  /** A folder (ends with `/`, everything below it) or single files. */
  readonly at: readonly string[];
  /** What single files of the room may import besides; the only place where a package has one importer. */
  readonly files?: Readonly<Record<string, Permissions>>;
  /** No clock, randomness, timers, environment, I/O or `await`: the same input gives the same output anywhere. */
  readonly pure?: true;
  /** No clock, network, address or storage of the browser: the shell around it hands these in. */
  readonly blind?: true;
}

/** Source trees in which every file must belong to a room. */
export const WALLED = ['proxy/src/', 'grafana-plugin/src/'] as const;

/** How a package name of this workspace leads to a room. */
export const ALIASES: Readonly<Record<string, string>> = {
  'sightline/contract': 'contract',
  'sightline/reading': 'reading',
};

const SERVER_BUILTINS = [
  'node:buffer',
  'node:crypto',
  'node:events',
  'node:http',
  'node:https',
  'node:net',
  'node:stream',
  'node:stream/promises',
  'node:string_decoder',
  'node:tls',
  'node:url',
  'node:util',
  'node:zlib',
];

export const ROOMS: readonly Room[] = [
  // ── the core: each room sees only what is below it ─────────────────────────────────────────────────────
  { name: 'contract', at: ['proxy/src/contract/'], pure: true },
  // What filters, sums and forms of download mean: archive, page and Grafana panel answer alike (decision 16).
  { name: 'reading', at: ['proxy/src/reading/'], rooms: ['contract'], pure: true },
  { name: 'mcp', at: ['proxy/src/mcp/'], rooms: ['contract'], pure: true },
  {
    name: 'session',
    at: ['proxy/src/session/'],
    rooms: ['contract', 'mcp'],
    builtins: ['node:crypto{createHash,hash}'],
    pure: true,
  },
  {
    name: 'observation',
    at: ['proxy/src/observation/'],
    rooms: ['contract', 'mcp', 'session'],
    builtins: ['node:crypto{createHash,hash}'],
    pure: true,
  },
  // Below the two rooms that listen, because one rule of who may call holds for both (decision 12).
  { name: 'guard', at: ['proxy/src/guard/'], builtins: ['node:net{isIP}'], pure: true },

  // ── the edges: siblings, each blind to the others ──────────────────────────────────────────────────────
  {
    name: 'http',
    at: ['proxy/src/http/'],
    rooms: ['contract', 'guard', 'mcp', 'observation'],
    builtins: SERVER_BUILTINS,
    packages: ['express', 'http-proxy-middleware', 'undici'],
    files: { 'country.ts': { builtins: ['node:fs', 'node:module'], packages: ['maxmind'] } },
  },
  {
    name: 'stdio',
    at: ['proxy/src/stdio/'],
    rooms: ['contract', 'mcp', 'observation'],
    builtins: ['node:buffer', 'node:child_process', 'node:net', 'node:stream'],
    files: {
      'claim.ts': { builtins: ['node:fs'] },
      'startServer.ts': { builtins: ['node:fs{statSync}'] },
    },
  },
  // Stands above the pipes, and takes the place of an HTTP upstream by undici's own interface (decision 21).
  {
    name: 'bridge',
    at: ['proxy/src/bridge/'],
    rooms: ['mcp', 'observation', 'stdio'],
    builtins: ['node:buffer', 'node:child_process', 'node:http{STATUS_CODES}', 'node:net', 'node:stream'],
    packages: ['undici'],
  },
  {
    name: 'telemetry',
    at: ['proxy/src/telemetry/'],
    rooms: ['contract', 'observation'],
    files: { 'otel.ts': { builtins: ['node:zlib'], packages: ['@opentelemetry/*'] } },
  },
  {
    name: 'store',
    at: ['proxy/src/store/'],
    rooms: ['contract', 'observation', 'reading'],
    builtins: ['node:crypto', 'node:fs', 'node:path', 'node:zlib'],
    files: {
      'sqlite.ts': { builtins: ['node:sqlite'] },
      'inspectArchive.ts': { builtins: ['node:url{pathToFileURL}'] },
    },
  },
  {
    name: 'web',
    at: ['proxy/src/web/'],
    rooms: ['contract', 'guard', 'observation', 'reading'],
    builtins: [...SERVER_BUILTINS, 'node:fs', 'node:path'],
  },
  { name: 'config', at: ['proxy/src/config/'], rooms: ['contract', 'observation'], pure: true },
  { name: 'terminal', at: ['proxy/src/terminal/'], rooms: ['contract', 'observation'], pure: true },
  // What is known of other programs' configuration files, and edits of their text (decision 20).
  {
    name: 'clients',
    at: ['proxy/src/clients/'],
    rooms: ['config'],
    builtins: ['node:path{posix,win32}'],
    files: { 'tree.ts': { packages: ['jsonc-parser'] } },
    pure: true,
  },
  {
    name: 'pipeline',
    at: ['proxy/src/pipeline/'],
    rooms: ['observation'],
    builtins: ['node:perf_hooks', 'node:worker_threads'],
    // The composition roots of the other threads: they meet sinks, archive and page so that nobody else has to.
    files: {
      'worker.ts': { rooms: ['contract', 'store', 'telemetry', 'terminal'] },
      'pageWorker.ts': { rooms: ['contract', 'store', 'web'] },
    },
  },
  {
    name: 'demo',
    at: ['proxy/src/demo/'],
    builtins: ['node:http', 'node:net', 'node:crypto', 'node:timers/promises'],
    packages: ['@modelcontextprotocol/*'],
  },

  // A recording or an archive in place of sockets: like a thread, each command meets the rooms it joins.
  {
    name: 'commands',
    at: ['proxy/src/commands/'],
    rooms: ['clients', 'config', 'contract', 'http', 'observation', 'store', 'telemetry', 'terminal'],
    builtins: ['node:timers/promises'],
    files: {
      'clientFile.ts': { builtins: ['node:fs'] },
      'wrap.ts': { builtins: ['node:path'] },
    },
  },

  // Asks whoever a start would need, and meets whoever knows where that is (decision 23).
  {
    name: 'doctor',
    at: ['proxy/src/doctor/'],
    rooms: ['config', 'guard', 'stdio', 'store', 'telemetry', 'terminal'],
    builtins: ['node:fs', 'node:fs/promises', 'node:http', 'node:https', 'node:net', 'node:path'],
  },

  // ── the roof ───────────────────────────────────────────────────────────────────────────────────────────
  {
    name: 'main',
    // Each program of the command, what they share, and the word that chooses one (decision 19).
    at: [
      'main',
      'service',
      'shims',
      'bridges',
      'collector',
      'shimMain',
      'wrapMain',
      'doctorMain',
      'sightline',
    ].map((file) => `proxy/src/${file}.ts`),
    rooms: [
      'bridge',
      'commands',
      'config',
      'contract',
      'demo',
      'doctor',
      'guard',
      'http',
      'observation',
      'pipeline',
      'stdio',
      'store',
      'telemetry',
      'terminal',
      'web',
    ],
    builtins: ['node:*'],
  },

  // ── the Grafana plugin: one picture, two shells ────────────────────────────────────────────────────────
  { name: 'model', at: ['grafana-plugin/src/model/'], rooms: ['contract'], pure: true },
  {
    name: 'data',
    at: ['grafana-plugin/src/data/'],
    rooms: ['contract', 'reading', 'model'],
  },
  {
    name: 'views',
    at: ['grafana-plugin/src/views/'],
    rooms: ['model'],
    packages: ['react', 'react/jsx-runtime'],
    files: { 'VirtualRows.tsx': { packages: ['@tanstack/react-virtual'] } },
    blind: true,
  },
  {
    name: 'panel',
    at: ['grafana-plugin/src/panel/', 'grafana-plugin/src/module.ts', 'grafana-plugin/src/module.tsx'],
    rooms: ['contract', 'model', 'data', 'views'],
    packages: ['@grafana/*', 'react', 'react/jsx-runtime', 'rxjs'],
  },
  {
    name: 'local',
    at: ['grafana-plugin/src/local/'],
    rooms: ['contract', 'model', 'data', 'views'],
    packages: ['react', 'react/jsx-runtime', 'react-dom/client'],
  },
];
