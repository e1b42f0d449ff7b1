/** Writes docs/telemetry.md from the contract's tables; with `--check`, fails when the page is out of date. */
import {
  ATTRIBUTES,
  type AttributeRow,
  METRICS,
  type MetricRow,
  type Place,
  RECORD_NAMES,
} from '../proxy/src/contract/index.ts';
import { code, table, writeOrCheckPage } from './docsPage.ts';

const PAGE = 'docs/telemetry.md';

const PLACES: Readonly<Record<Place, string>> = {
  server: 'SERVER span',
  client: 'CLIENT span',
  event: 'event record',
  detail: "request's payload record",
  payload: 'payload record',
  session: 'session record',
  loss: 'loss record',
  metric: 'metric',
  resource: 'resource',
};

function formatPage(): string {
  return [
    '# Names of the telemetry',
    '',
    'Made by `npm run docs` from `proxy/src/contract`; change it there. Every name that Sightline exports over OTLP',
    'is on this page, and tests refuse any other. Names without the prefix `sightline.` are those of the',
    'OpenTelemetry conventions for MCP, GenAI and HTTP, and mean what these say.',
    '',
    '## Spans',
    '',
    'One SERVER span for each MCP request, in either direction, named `{mcp.method.name} {tool or prompt}`; one CLIENT',
    'child for each upstream exchange that carried it. Instrumentation scope `sightline`. Status ERROR on the SERVER',
    'span means that the receiving side failed; faults of the caller show on the CLIENT span and in',
    '`sightline.outcome`.',
    '',
    '## Log records',
    '',
    'The name is `event.name` and the OTLP EventName. `sightline.record` and `sightline.bucket` are the Loki labels',
    'beside `service_name` and `deployment_environment_name`.',
    '',
    ...table(
      ['name', '`sightline.record`', 'when'],
      Object.entries(RECORD_NAMES).map(([name, { record, when }]) => [
        code(name),
        record.map(code).join(', '),
        when,
      ]),
    ),
    '',
    '## Attributes',
    '',
    ...table(
      ['attribute', 'type', 'on', 'meaning'],
      (ATTRIBUTES as readonly AttributeRow[]).map((row) => [
        code(row.key),
        row.unit === undefined ? row.type : `${row.type}, ${row.unit}`,
        row.on.map((place) => PLACES[place]).join(', '),
        row.words === undefined ? row.means : `${row.means}: ${row.words.map(code).join(', ')}`,
      ]),
    ),
    '',
    '## Metrics',
    '',
    'Labels are bounded: past its cap a value becomes `_other` (error types: `_OTHER`). No metric has a session id.',
    '',
    ...table(
      ['metric', 'kind', 'unit', 'labels', 'meaning'],
      (METRICS as readonly MetricRow[]).map((row) => [
        code(row.name),
        row.kind,
        code(row.unit),
        row.labels.length === 0 ? 'none' : row.labels.map(code).join(', '),
        row.means,
      ]),
    ),
    '',
  ].join('\n');
}

writeOrCheckPage(PAGE, formatPage());
