/** Each query of deploy/README.md asked of the stores, and its answer held against what the archive says was sent. */
import { describe, expect, it } from 'vitest';
import type { Traffic } from './delivered.ts';
import { documentedQueries, fillIn, type Language } from './documented.ts';
import { figureAnswers, type Ids, logAnswers, traceAnswers } from './documentedAnswers.ts';
import { requestsOf } from './expected.ts';
import { type LogRecord, queryLogFigures, queryRecords } from './loki.ts';
import { queryFigures } from './prometheus.ts';
import { searchTraces, type TraceSpan } from './tempo.ts';

const VISIBLE_MS = 60_000;

export interface Stored {
  readonly traffic: Traffic;
  /** Spans of Tempo by their ids. */
  readonly spans: ReadonlyMap<string, readonly TraceSpan[]>;
}

/** Declares the tests. @param stored What there is, once they run. */
export function describeDocumented(stored: () => Stored, skipped: boolean): void {
  describe.skipIf(skipped)('the queries of deploy/README.md give what was sent', () => {
    it.each(documentedQueries('logql'))('LogQL, $says', async ({ says, query }) => {
      const { addresses, events, range } = stored().traffic;
      const ids = idsOf(stored());
      const filled = fillIn(query, ids);
      const found = query.startsWith('{')
        ? (await queryRecords(addresses.loki, filled, range)).map((record) => tellRecord(record, query))
        : (await queryLogFigures(addresses.loki, filled, Date.now())).map(
            ({ labels, value }) => `${labels['gen_ai_tool_name']} ${labels['sightline_outcome']} ${value}`,
          );
      // A session that ended and opened again has a summary for each end.
      const once = query.includes('sightline_record="session"') ? [...new Set(found)] : found;
      expectSame(once, logAnswers(events, ids)[says]);
    });

    it.each(documentedQueries('traceql'))('TraceQL, $says', async ({ says, query }) => {
      const { addresses, events, range } = stored().traffic;
      const ids = idsOf(stored());
      const wanted = traceAnswers(events, ids)[says];
      const look = async () => {
        const traces = await searchTraces(addresses.tempo, fillIn(query, ids), range);
        return traces
          .flatMap(({ spanSets = [] }) => spanSets.flatMap(({ spans }) => spans))
          .map(({ spanID }) => spanID.padStart(16, '0'))
          .sort();
      };
      await expect.poll(look, { timeout: VISIBLE_MS }).toEqual(wanted?.toSorted());
      expectSame(await look(), wanted);
    });

    it.each(documentedQueries('promql'))('PromQL, $says', async ({ says, query }) => {
      const { addresses, events } = stored().traffic;
      const wanted = figureAnswers(events, toolLabelsOf(stored()))[says];
      const figures = await queryFigures(addresses.prometheus, query);
      const told = (labels: Readonly<Record<string, string>>): string =>
        JSON.stringify(Object.entries(labels).sort());
      const found = new Map(figures.map(({ labels, value }) => [told(labels), value]));
      expectSame(
        [...found.keys()],
        wanted?.map(({ labels }) => told(labels)),
      );
      for (const { labels, least, most } of wanted ?? []) {
        expect(found.get(told(labels)), told(labels)).toBeGreaterThanOrEqual(least);
        expect(found.get(told(labels)), told(labels)).toBeLessThanOrEqual(most);
      }
    });

    it('are ten of LogQL, ten of TraceQL, and each has its answer here', () => {
      const { events } = stored().traffic;
      const says = (language: Language): readonly string[] =>
        documentedQueries(language).map((query) => query.says);
      expect(Object.keys(logAnswers(events, idsOf(stored())))).toEqual(says('logql'));
      expect(Object.keys(traceAnswers(events, idsOf(stored())))).toEqual(says('traceql'));
      expect(Object.keys(figureAnswers(events, new Map()))).toEqual(says('promql'));
      expect([says('logql').length, says('traceql').length]).toEqual([10, 10]);
    });
  });
}

/** The same in any order, and something at all: a query that finds nothing shows nobody anything. */
function expectSame(found: readonly string[], wanted: readonly string[] | undefined): void {
  expect(found.toSorted()).toEqual(wanted?.toSorted());
  expect(found.length).toBeGreaterThan(0);
}

function tellRecord({ labels, line }: LogRecord, query: string): string {
  const id = labels['sightline_event_id'] ?? labels['sightline_session_id'];
  const shown = query.includes('line_format') ? line : labels['sightline_payload_part'];
  return [id, shown].filter((part) => part !== undefined).join(' ');
}

/** Of a tool call in a session: something that every query with an id can be about. */
function idsOf({ traffic }: Stored): Ids {
  const call = requestsOf(traffic.events).find(
    ({ mcpMethodName, sessionId }) => mcpMethodName === 'tools/call' && sessionId,
  );
  return {
    SESSION: call?.sessionId ?? '',
    BUCKET: call?.bucket ?? '',
    TRACE: call?.traceId ?? '',
    EVENT: call?.eventId ?? '',
  };
}

/** Which metric label each tool's name has, as the spans say. */
function toolLabelsOf({ spans }: Stored): ReadonlyMap<string, string> {
  return new Map(
    [...spans.values()].flat().flatMap(({ attributes }) => {
      const [name, label] = [attributes['gen_ai.tool.name'], attributes['sightline.tool.label']];
      return name === undefined || label === undefined ? [] : [[String(name), String(label)] as const];
    }),
  );
}
