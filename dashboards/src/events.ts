/** 3. Everything that happened, one line each, with a filter for every column. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, line } from './layout.ts';
import { SESSION_LINK, sightline } from './panels/sightline.ts';
import {
  client,
  eventOpened,
  httpStatus,
  method,
  outcome,
  server,
  session,
  text,
  tool,
  type,
} from './variables.ts';

const FILTERS = ['server', 'tool', 'method', 'client', 'outcome', 'httpStatus', 'type'] as const;

const log = sightline(
  {
    title: 'Event log',
    means:
      'Every event of the range: requests of both sides, notifications, server logs, sessions that begin and end.',
    act: 'Choose above, or in the panel; both add up. A row opens to request, answer, timing and trace.',
  },
  {
    view: 'events',
    filter: [...FILTERS.map((name) => `\${${name}:queryparam}`), '${q:queryparam}'].join('&'),
    sessionVariable: '$session',
    eventVariable: '$event',
    sessionLink: SESSION_LINK,
  },
);

export function events(): DashboardBuilder {
  return dashboard({
    name: 'events',
    title: 'MCP event log',
    description: 'Everything that happened, one line each.',
    from: 'now-1h',
    refresh: '',
    variables: [
      server(),
      tool(),
      method(),
      client(),
      outcome(),
      httpStatus(),
      type(),
      session(),
      text('q', 'Search', 'Part of a tool, method, session id, error message, server or client name.'),
      eventOpened(),
    ],
    lines: [line(30, [24, log])],
  });
}
