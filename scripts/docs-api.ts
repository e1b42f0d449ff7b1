/**
 * Writes docs/api.md from the tables of the read API and the declarations of its shapes; with `--check`, fails when
 * the page is out of date.
 */
import { readFileSync } from 'node:fs';
import { ATTRIBUTES, type AttributeRow, apiNameOf, type Place } from '../proxy/src/contract/index.ts';
import { PARAMETERS, type ParameterRow } from '../proxy/src/web/parameters.ts';
import { PATHS, type PathRow } from '../proxy/src/web/paths.ts';
import { listProblems } from '../proxy/src/web/problem.ts';
import { code, table, writeOrCheckPage } from './docsPage.ts';

const PAGE = 'docs/api.md';
const SHAPES = 'proxy/src/contract/api.ts';
const BASE = 'http://127.0.0.1:7601';

/** In the order in which a reader meets them. */
const DECLARATIONS = [
  'Page',
  'EventPage',
  'Completeness',
  'EventItem',
  'EventDetail',
  'PayloadItem',
  'UpstreamSpanItem',
  'SessionItem',
  'SessionTool',
  'Facet',
  'Facets',
  'Total',
  'Totals',
  'SeriesPoint',
  'Series',
  'LiveEvents',
  'About',
  'Problem',
];

function formatPage(): string {
  const source = readFileSync(SHAPES, 'utf8');
  const paths: readonly PathRow[] = Object.values(PATHS);
  return [
    '# The read API',
    '',
    'Made by `npm run docs` from `proxy/src/web/paths.ts`, `proxy/src/web/parameters.ts` and',
    '`proxy/src/contract/api.ts`; change it there.',
    '',
    'It stands at the address of the page (`--page-listen`, `http://127.0.0.1:7601` unless given) and reads what the',
    'archive keeps. Every path answers `GET` and `HEAD` with JSON unless said otherwise, coded with `br` or `gzip`',
    'where that is asked for and pays, and `Cache-Control: no-store`. There is no CORS: a page of another origin reads',
    'nothing.',
    '',
    '## Who may ask',
    '',
    '`Host` and `Origin` must be loopback or allowed (`--allowed-hosts`, `--allowed-origins`), as on the proxy. Bound',
    'beyond loopback, or with `--page-token`, a token is asked for: as `Authorization: Bearer …`, or once as',
    '`?token=…`, which sets a cookie and leads to the address without it. `/healthz` and `/readyz` ask for neither.',
    '',
    '```sh',
    `curl '${BASE}${PATHS.events.example}'`,
    `curl --oauth2-bearer "$SIGHTLINE_PAGE_TOKEN" 'http://sightline.example:7601/api/v1/totals'`,
    '```',
    '',
    '## Paths',
    '',
    ...table(
      ['path', 'parameters', 'gives', 'what it is'],
      paths.map((row) => [
        code(row.path),
        row.parameters.map(code).join(' '),
        formatAnswer(row.gives),
        row.means,
      ]),
    ),
    '',
    'To try:',
    '',
    '```sh',
    ...paths.map((row) => `curl '${BASE}${row.example}'`),
    '```',
    '',
    '## Parameters',
    '',
    'A parameter that a path does not take, or a value that is not right, is answered with status 400 and its name.',
    'Different parameters must all hold; where one may be repeated, its values are alternatives.',
    '',
    ...table(
      ['parameter', 'value', 'repeated', 'left out', 'meaning'],
      Object.entries<ParameterRow>(PARAMETERS).map(([name, row]) => [
        code(name),
        formatValue(row),
        row.many ? 'yes' : '',
        row.standard ?? '',
        row.means,
      ]),
    ),
    '',
    '## Lists',
    '',
    'A list answers at most `limit` items and `next`: given as `cursor`, with everything else as it was, it asks for',
    'what follows; null says that nothing does. Cursors are places between items, so what is written meanwhile neither',
    'doubles nor hides any. `completeness` says in numbers what is missing.',
    '',
    '## The live stream',
    '',
    '`/api/v1/live` never ends: server-sent events named as in `LiveEvents`, their data one line of JSON. The id is the',
    'sequence reached; a browser that was cut off sends it as `Last-Event-ID` and misses nothing, anyone else gives it',
    'as `after`. It begins with what is written from now on unless one of both is given. A reader that is slow is read',
    'for from the archive, so it gets everything, later. `reset` asks to load anew.',
    '',
    '```sh',
    `curl -N '${BASE}${PATHS.live.example}'`,
    '```',
    '',
    '## Downloads',
    '',
    `${code('/api/v1/export')} streams all that the filters let through, oldest first: ${code('json')} (one document with`,
    '`items` and `completeness`), `ndjson` (one `EventDetail` a line), `csv` (one event a row without payloads; RFC',
    '4180; a cell that a spreadsheet would take for a formula has an apostrophe in front), `har` (HAR 1.2: requests of',
    'clients and what else was sent to the endpoint, with bodies; headers are never kept; `blocked` is the proxy’s own',
    'time; everything else known stands under `_sightline`).',
    '',
    '## Problems',
    '',
    'Errors are problem documents (RFC 9457, `application/problem+json`). `type` is `urn:sightline:problem:` and the',
    'name; `detail` says what was found and what would be right, `parameter` which one.',
    '',
    ...table(
      ['name', 'status', 'title'],
      listProblems().map(({ kind, status, title }) => [code(kind), String(status), title]),
    ),
    '',
    '## Shapes',
    '',
    'As declared; what stands `on` a place is listed below, each name made from the attribute of',
    '[docs/telemetry.md](telemetry.md) by leaving out `sightline.` and joining in camel case. Absent means not known or',
    'not meant.',
    '',
    '```ts',
    DECLARATIONS.map((name) => declarationOf(source, name)).join('\n\n'),
    '```',
    '',
    ...(['event', 'detail', 'session'] as const).flatMap(formatPlace),
  ].join('\n');
}

function formatPlace(place: Extract<Place, 'event' | 'detail' | 'session'>): readonly string[] {
  const rows = (ATTRIBUTES as readonly AttributeRow[]).filter((row) => row.on.includes(place));
  return [
    `### \`ItemOn<'${place}'>\``,
    '',
    ...table(
      ['name', 'type', 'attribute', 'meaning'],
      rows.map((row) => [
        code(apiNameOf(row.key)),
        row.type === 'string' || row.type === 'boolean'
          ? row.type
          : `number${row.unit ? `, ${row.unit}` : ''}`,
        code(row.key),
        row.words === undefined ? row.means : `${row.means}: ${row.words.map(code).join(', ')}`,
      ]),
    ),
    '',
  ];
}

/** A type's name or a document is code, words are words. */
function formatAnswer(gives: string): string {
  return /^(?:[A-Z]\w*(?:<\w+>)?|\{.*\})$/.test(gives) ? code(gives) : gives;
}

/** An interface with the comment before it, as it stands in the source. */
function declarationOf(source: string, name: string): string {
  const pattern = new RegExp(`(?:/\\*\\*(?:(?!\\*/)[^])*\\*/\\n)?export interface ${name}\\b[^]*?\\n}`);
  const found = pattern.exec(source)?.[0];
  if (found === undefined) throw new Error(`${SHAPES} has no interface ${name}`);
  return found;
}

function formatValue({ type }: ParameterRow): string {
  switch (type.kind) {
    case 'time':
      return 'Unix milliseconds, ISO 8601 with its zone, `now`, or `now-15m` (`ms`, `s`, `m`, `h`, `d`, `w`)';
    case 'step':
      return 'milliseconds, or a length with its unit (`30s`, `5m`, `1h`)';
    case 'number':
      return type.max === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${type.min}`
        : `a whole number from ${type.min} to ${type.max}`;
    case 'choice':
    case 'sort':
      return type.of.map(code).join(', ');
    case 'text':
      return 'text';
  }
}

writeOrCheckPage(PAGE, formatPage());
