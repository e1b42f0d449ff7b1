/** A download has every event of its filter once, with its payloads, in the forms that the proxy writes too. */

import { FORMS } from 'sightline/reading';
import { describe, expect, it } from 'vitest';
import { SessionMaker, START } from '../testing/events.ts';
import { frameOf, type Row, rowOfEvent } from '../testing/lokiRows.ts';
import { StandInLoki } from '../testing/standInLoki.ts';
import { WRITER } from './exportEvents.ts';
import { fileNameOf, mediaTypeOf } from './exportForms.ts';
import type { ExportProgress } from './panelPorts.ts';
import { createPanelSource } from './panelSource.ts';

const { signal } = new AbortController();

function payloadOf(row: Row, part: 'request' | 'response', text: string): Row {
  return {
    timeNs: row.timeNs,
    line: text,
    labels: {
      sightline_record: 'payload',
      sightline_event_id: row.labels['sightline_event_id'] ?? '',
      sightline_payload_part: part,
      sightline_payload_size: String(text.length),
      sightline_payload_truncated: 'false',
      sightline_payload_redacted: '1',
      ...(part === 'request' && { url_path: '/mcp', http_request_method: 'POST' }),
    },
  };
}

function rig(events: number) {
  const loki = new StandInLoki();
  const maker = new SessionMaker();
  for (let at = 0; at < events; at++) {
    const row = rowOfEvent(maker.call(at, 5, { errorMessage: at === 1 ? '=HYPERLINK("x")' : `nr ${at}` }));
    loki.rows.push(
      row,
      payloadOf(row, 'request', `{"id":${at}}`),
      payloadOf(row, 'response', `{"ok":${at}}`),
    );
  }
  const source = createPanelSource({
    shown: () => ({ frames: [], from: START - 1, to: START + 60_000, loading: false, errors: [] }),
    loki: loki.ask,
    now: () => START + 60_000,
    activeWindow: 300_000,
  });
  return { loki, source };
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

describe('a download', () => {
  it('has every event with its payloads, chunk by chunk, and tells how far it is', async () => {
    const { loki, source } = rig(1_234);
    const progress: ExportProgress[] = [];
    const text = await textOf(source.exportEvents({}, 'ndjson', signal, (one) => progress.push(one)));
    const items = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(items.map(({ eventId }) => eventId)).toEqual(items.map((_, at) => `event ${at + 1}`));
    expect(items).toHaveLength(1_234);
    expect(items[7]).toMatchObject({
      urlPath: '/mcp',
      payloads: [
        { part: 'request', text: '{"id":7}', size: 8, truncated: false, redacted: 1 },
        { part: 'response', text: '{"ok":7}' },
      ],
    });
    const shares = progress.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(progress.at(-1)).toEqual({ events: 1_234, share: 1 });
    expect(Math.max(...loki.asked.map(({ limit = 0 }) => limit))).toBeLessThanOrEqual(1_000);
  });

  it('is a document of its form in every case', async () => {
    const { source } = rig(3);
    const json = JSON.parse(await textOf(source.exportEvents({}, 'json', signal))) as { items: unknown[] };
    expect(json).toMatchObject({ next: null, completeness: { complete: true } });
    expect(json.items).toHaveLength(3);
    const har = JSON.parse(await textOf(source.exportEvents({}, 'har', signal))) as {
      log: { entries: { response: { content: { text: string } } }[] };
    };
    expect(har.log.entries.map(({ response }) => response.content.text)).toEqual([
      '{"ok":0}',
      '{"ok":1}',
      '{"ok":2}',
    ]);
    const [head, ...rows] = (await textOf(source.exportEvents({}, 'csv', signal))).trimEnd().split('\r\n');
    expect(`${head}\r\n`).toBe(FORMS.csv.begin(WRITER));
    expect(rows).toHaveLength(3);
    expect(rows[1]).toContain('"\'=HYPERLINK(""x"")"');
    expect(await textOf(rig(0).source.exportEvents({}, 'json', signal))).toContain('{"items":[\n],');
  });

  it('ends when nobody takes it any more, and rejects when a chunk cannot be had', async () => {
    const { loki, source } = rig(1_500);
    for await (const piece of source.exportEvents({}, 'ndjson', signal)) if (piece !== '') break;
    const asked = loki.asked.length;
    await Promise.resolve();
    expect(loki.asked).toHaveLength(asked);
    const cut = new AbortController();
    const pieces = source.exportEvents({}, 'ndjson', cut.signal)[Symbol.asyncIterator]();
    await pieces.next();
    await pieces.next();
    cut.abort();
    await expect(pieces.next()).rejects.toThrow(/abort/i);
    loki.refusal = 'too many outstanding requests';
    await expect(textOf(source.exportEvents({}, 'csv', signal))).rejects.toThrow(
      'too many outstanding requests.',
    );
  });

  it('has, without further questions, what the panel was given', async () => {
    const { loki } = rig(4);
    const source = createPanelSource({
      shown: () => ({ frames: [frameOf(loki.rows)], from: START, to: START + 1, loading: false, errors: [] }),
      now: () => START,
      activeWindow: 300_000,
    });
    const text = await textOf(source.exportEvents({ q: 'NR 3' }, 'ndjson', signal));
    expect(JSON.parse(text)).toMatchObject({ eventId: 'event 4', payloads: [{ text: '{"id":3}' }, {}] });
  });
});

it('a file is named by its moment and form', () => {
  expect(fileNameOf('har', 1_795_168_800_000)).toBe('sightline-events-20261120T100000Z.har');
  expect(mediaTypeOf('csv')).toContain('text/csv');
});
