/** Downloads: what is in the file, that it holds no formula, and that nobody's pace but the reader's counts. */
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventPage } from '../contract/index.ts';
import type { RecordedEvent } from '../observation/event.ts';
import { aRequest, result } from '../testing/frames.ts';
import { harFaults } from '../testing/har.ts';
import { Watch } from '../testing/watch.ts';
import { Rig } from './testing/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(async () => {
  await rig.close();
  expect(rig.faults).toEqual([]);
});

const everything = async () => [...rig.reader.exportEvents({}, true)].flat();

/** RFC 4180 §2, read by the letter. */
function readCsv(csv: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
  }
  const [head = [], ...lines] = rows.slice(0, -1);
  return lines.map((cells) => {
    expect(cells).toHaveLength(head.length);
    return Object.fromEntries(cells.map((cell, at) => [head[at], cell]));
  });
}

describe('every form', () => {
  it('JSON is one document like a list', async () => {
    const page = await rig.json<EventPage>('/api/v1/export?format=json');
    expect(page.items).toEqual(await everything());
    expect(page).toMatchObject({ next: null, completeness: { complete: true } });
    expect((await rig.json<EventPage>('/api/v1/export?tool=none')).items).toEqual([]);
  });

  it('NDJSON is one event a line', async () => {
    const { headers, body } = await rig.get('/api/v1/export?format=ndjson');
    expect(headers['content-type']).toBe('application/x-ndjson');
    const lines = body.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(await everything());
  });

  it('CSV is one event a row, every row as long as the head', async () => {
    const rows = readCsv((await rig.get('/api/v1/export?format=csv')).body);
    const events = await everything();
    expect(rows.map((row) => row['sequence'])).toEqual(events.map(({ sequence }) => String(sequence)));
    expect(rows.at(-1)).toMatchObject({
      time: '2026-11-20T10:00:00.802Z',
      outcome: 'denied',
      genAiToolName: 'brew',
    });
  });

  it('HAR passes the schema of HAR 1.2 and has the bodies', async () => {
    const { body } = await rig.get('/api/v1/export?format=har');
    const har = JSON.parse(body) as { log: { entries: { request: { postData: { text: string } } }[] } };
    expect(harFaults({ log: { version: '1.2', entries: [] } })).not.toEqual([]);
    expect(harFaults(har)).toEqual([]);
    expect(har.log.entries).toHaveLength(9);
    expect(har.log.entries[1]).toMatchObject({
      request: { method: 'POST', url: 'http://shop.internal:8080/mcp' },
      response: { status: 200, content: { text: expect.stringContaining('"tea"') } },
      _sightline: { outcome: 'ok', sessionId: expect.any(String) },
    });
    expect(har.log.entries[1]?.request.postData.text).toContain('"assam"');
  });

  it('the filter holds for all of them', async () => {
    for (const format of ['json', 'ndjson', 'csv', 'har']) {
      const { body } = await rig.get(`/api/v1/export?format=${format}&tool=pour&outcome=error`);
      expect(body, format).toContain('tool_error');
      expect(body, format).not.toContain('brew');
    }
  });

  it('the name of the file is ours alone', async () => {
    const { headers } = await rig.get('/api/v1/export?format=csv&q=%22%0d%0aSet-Cookie:%20x=1');
    expect(headers['content-disposition']).toBe(
      'attachment; filename="sightline-events-20261120T100100Z.csv"',
    );
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it('HEAD says what it would be', async () => {
    expect(await rig.get('/api/v1/export?format=har', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });
});

describe('a long one', () => {
  const COUNT = 12_000;
  let long: Rig;
  beforeAll(async () => {
    long = await Rig.start({ events: manyEvents(COUNT) });
  }, 60_000);
  afterAll(() => long.close());

  /** How many chunks were asked for, and whether reading was ended. */
  const watchReading = () => {
    const reading = { chunks: 0, ended: false };
    const read = long.reader.exportEvents.bind(long.reader);
    long.reader.exportEvents = function* (filter, withPayloads) {
      try {
        for (const chunk of read(filter, withPayloads)) {
          reading.chunks += 1;
          yield chunk;
        }
      } finally {
        reading.ended = true;
      }
    };
    return { reading, restore: () => Object.assign(long.reader, { exportEvents: read }) };
  };

  it('is read no faster than it is taken, and comes whole', async () => {
    const { reading, restore } = watchReading();
    const message = await long.ask('/api/v1/export?format=ndjson');
    message.pause();
    // Others are answered while it stands still.
    for (let asked = 0; asked < 50; asked++)
      expect((await long.get('/api/v1/events?limit=1')).status).toBe(200);
    const { chunks } = reading;
    const held = long.heldBytes;
    for (let asked = 0; asked < 50; asked++) await long.get('/healthz');
    expect(reading.chunks).toBe(chunks);
    expect(reading.ended).toBe(false);
    expect(held).toBeLessThan(8_000_000);
    const body = await text(message);
    expect(body.length).toBeGreaterThan(30_000_000);
    expect(body.split('\n')).toHaveLength(COUNT + 2);
    expect(reading.ended).toBe(true);
    restore();
  }, 60_000);

  it('ends being read when its reader goes away', async () => {
    const { reading, restore } = watchReading();
    const message = await long.ask('/api/v1/export?format=json', { 'accept-encoding': 'gzip' });
    message.once('data', () => message.destroy());
    await vi.waitFor(() => expect(reading.ended).toBe(true), 10_000);
    expect(reading.chunks).toBeLessThan(COUNT / 500);
    restore();
    expect(long.faults).toEqual([]);
  });

  it('is one of four at most, and makes room when it ends', async () => {
    const running = await Promise.all([1, 2, 3, 4].map(() => long.ask('/api/v1/export?format=ndjson')));
    for (const message of running) message.pause();
    expect(await long.get('/api/v1/export')).toMatchObject({
      status: 503,
      body: expect.stringContaining('4 downloads are under way'),
    });
    for (const message of running) message.destroy();
    await vi.waitFor(async () => expect((await long.get('/api/v1/export?tool=none')).status).toBe(200));
  });

  it('that fails half-way is cut off, so that nobody takes it for whole', async () => {
    const read = long.reader.exportEvents.bind(long.reader);
    long.reader.exportEvents = function* (filter, withPayloads) {
      for (const chunk of read(filter, withPayloads)) {
        yield chunk;
        throw new Error('the disk is gone');
      }
    };
    const message = await long.ask('/api/v1/export?format=json');
    await expect(text(message)).rejects.toThrow('aborted');
    expect(long.faults.splice(0)).toEqual(['page_request: Error: the disk is gone']);
    long.reader.exportEvents = read;
  });
});

/** So many calls with answers that make up some 3 kB each. */
function manyEvents(count: number): readonly RecordedEvent[] {
  const watch = new Watch();
  for (let n = 1; n <= count; n++) {
    const answer = { body: result(1, { content: [{ type: 'text', text: `${n} `.repeat(400) }] }) };
    watch.exchange(aRequest(n).inSession('sess-long').toolCall('brew', { n }).at(n), answer);
  }
  return watch.recorded();
}
