/**
 * What of Grafana's schema of a dashboard these dashboards use, as JSON Schema. Grafana itself publishes it as CUE
 * (grafana/grafana v12.3.0, `kinds/dashboard/dashboard_kind.cue`, schema version 42), which nothing in Node reads;
 * where a Grafana is, `test/grafana/` asks that one too. Stricter than Grafana: what is not named here is refused, so that
 * a misspelt option is found.
 */

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const words: Schema = { type: 'string', minLength: 1 };
const flag: Schema = { type: 'boolean' };
const whole: Schema = { type: 'integer', minimum: 0 };
const one = (...of: readonly unknown[]): Schema => ({ enum: of });
const list = (items: Schema, least = 0): Schema => ({ type: 'array', items, minItems: least });
const map = (of: Schema): Schema => ({ type: 'object', additionalProperties: of });

function record(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

const dataSource = record({ type: one('prometheus', 'loki', 'tempo'), uid: words });
const refId: Schema = { type: 'string', pattern: '^\\w+$' };

const targets = {
  oneOf: [
    record(
      {
        datasource: record({ type: one('prometheus'), uid: words }),
        refId,
        expr: words,
        instant: flag,
        range: flag,
      },
      { legendFormat: text, format: one('table', 'time_series'), exemplar: flag },
    ),
    record(
      {
        datasource: record({ type: one('loki'), uid: words }),
        refId,
        expr: words,
        queryType: one('range', 'instant'),
      },
      { legendFormat: text, maxLines: whole },
    ),
    record({
      datasource: record({ type: one('tempo'), uid: words }),
      refId,
      query: words,
      queryType: one('traceql'),
      limit: whole,
      spss: whole,
      tableType: one('spans'),
      filters: list({}),
    }),
  ],
};

const thresholds = record({
  mode: one('absolute'),
  steps: list(record({ value: { type: ['number', 'null'] }, color: words }), 1),
});

const fieldConfig = record({
  defaults: record(
    {},
    {
      unit: words,
      decimals: whole,
      min: { type: 'number' },
      noValue: words,
      thresholds,
      // Each kind of panel has its own; Grafana checks it there.
      custom: { type: 'object' },
    },
  ),
  overrides: list(
    record({
      matcher: record({ id: one('byName', 'byFrameRefID'), options: words }),
      properties: list({ type: 'object', properties: { id: words, value: {} }, required: ['id'] }, 1),
    }),
  ),
});

const transformations = list({
  oneOf: [
    record({ id: one('merge'), options: record({}) }),
    record({ id: one('filterByRefId'), options: record({ exclude: words }) }),
    record({
      id: one('organize'),
      options: record(
        { indexByName: map(whole), renameByName: map(words) },
        { excludeByName: map(flag), includeByName: map(flag) },
      ),
    }),
    record({
      id: one('extractFields'),
      options: record({ source: words, format: one('json'), replace: flag }),
    }),
    record({
      id: one('convertFieldType'),
      options: record({ conversions: list(record({ targetField: words, destinationType: one('time') }), 1) }),
    }),
  ],
});

const tooltip = record({ mode: one('multi'), sort: one('desc') });
const legend = record({
  displayMode: one('list', 'table'),
  placement: one('bottom', 'right'),
  showLegend: flag,
  calcs: list(text),
});

/** Options by the type of panel. */
const OPTIONS: Readonly<Record<string, Schema>> = {
  stat: record({
    graphMode: one('none'),
    colorMode: one('value'),
    justifyMode: one('auto', 'center'),
    textMode: one('value', 'value_and_name'),
    wideLayout: flag,
    showPercentChange: flag,
    percentChangeColorMode: words,
    orientation: one('auto', 'vertical', 'horizontal'),
    reduceOptions: record({ calcs: list(words, 1), values: flag, fields: text }),
  }),
  timeseries: record({ legend, tooltip }),
  table: record(
    {
      frameIndex: whole,
      showHeader: flag,
    },
    {
      showTypeIcons: flag,
      cellHeight: one('sm', 'md', 'lg'),
      footer: record({ show: flag }, { reducer: list(text), countRows: flag }),
      sortBy: list(record({ displayName: words, desc: flag }), 1),
    },
  ),
  text: record({ mode: one('markdown'), content: words }),
  'sightline-mcpsessions-panel': record(
    { view: one('both', 'sessions', 'events'), loki: words, tempo: words, streams: words },
    {
      filter: text,
      live: flag,
      interval: one(2, 5, 15),
      sessionVariable: words,
      eventVariable: words,
      sessionLink: words,
    },
  ),
};

const PANEL = {
  id: whole,
  title: words,
  description: words,
  gridPos: record({ x: whole, y: whole, w: { ...whole, maximum: 24 }, h: whole }),
};
const PANEL_MAY = {
  datasource: dataSource,
  targets: list(targets),
  transformations,
  transparent: flag,
  repeatDirection: one('h', 'v'),
  interval: { type: 'string', pattern: '^\\d+[smhd]$' },
  maxDataPoints: whole,
};
const panels = {
  oneOf: Object.entries(OPTIONS).map(([type, options]) => {
    const has = { type: one(type), options, ...PANEL };
    // Words have no fields.
    return type === 'text' ? record(has, PANEL_MAY) : record({ ...has, fieldConfig }, PANEL_MAY);
  }),
};

const shared = {
  name: { type: 'string', pattern: '^\\w+$' },
  label: text,
  description: text,
  skipUrlSync: flag,
  hide: one(0, 1, 2),
  multi: flag,
  allowCustomValue: flag,
  includeAll: flag,
  allValue: words,
  auto: flag,
  auto_min: text,
  auto_count: whole,
  current: record({ text: {}, value: {} }, { selected: flag }),
  options: list({}),
  sort: whole,
  refresh: whole,
};
const queried = {
  type: one('query'),
  name: shared.name,
  datasource: dataSource,
  query: record({ query: words, refId: words }),
  regex: words,
};
const variables = {
  oneOf: [
    record(
      {
        ...queried,
        includeAll: one(true),
        allValue: words,
      },
      shared,
    ),
    // A check: never in an address, and worth what a query says.
    record(
      {
        ...queried,
        hide: one(2),
        skipUrlSync: one(true),
      },
      shared,
    ),
    record({ type: one('custom'), name: shared.name, query: words }, shared),
    record({ type: one('textbox'), name: shared.name, query: text }, shared),
  ],
};

export const DASHBOARD_SCHEMA: Schema = record({
  uid: { type: 'string', pattern: '^[a-z-]{8,40}$' },
  title: words,
  description: words,
  tags: list(words, 1),
  timezone: one('browser'),
  editable: one(false),
  graphTooltip: one(0, 1, 2),
  fiscalYearStartMonth: whole,
  schemaVersion: one(42),
  annotations: record({}, { list: list({}) }),
  time: record({ from: { type: 'string', pattern: '^now-\\d+[mhd]$' }, to: one('now') }),
  refresh: { type: 'string', pattern: '^(\\d+[smh])?$' },
  links: list(
    record({
      title: words,
      type: one('dashboards', 'link'),
      icon: text,
      tooltip: text,
      tags: list(words),
      asDropdown: flag,
      targetBlank: flag,
      includeVars: flag,
      keepTime: flag,
    }),
    1,
  ),
  templating: record({ list: list(variables) }),
  panels: list(panels, 1),
});
