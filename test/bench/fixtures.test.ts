/** A benchmark whose fixtures are wrong measures nonsense, and nothing else would tell. */
import { describe, expect, it } from 'vitest';
import {
  type FixtureName,
  fillTemplate,
  firstId,
  fixtureNames,
  replyBody,
  replyTemplates,
  requestBody,
  requestTemplate,
  streamEvents,
  writeId,
} from './fixtures.ts';
import { type HttpMessage, MessageReader } from './messageReader.ts';

const id = 123_456_789;

function readAll(bytes: Buffer): readonly { head: string; body: string }[] {
  const messages: { head: string; body: string }[] = [];
  const reader = new MessageReader(({ head, body }: HttpMessage) => {
    messages.push({ head, body: body.toString('utf8') });
  });
  reader.push(bytes);
  return messages;
}

describe.each(fixtureNames)('fixture %s', (fixture: FixtureName) => {
  it('has a request whose body is the call with its own id and argument', () => {
    const [request] = readAll(fillTemplate(requestTemplate(fixture, '127.0.0.1:1', 'session'), id));
    expect(request?.body).toBe(requestBody(fixture, id));
    const parsed = JSON.parse(request?.body ?? '');
    expect(parsed.id).toBe(id);
    expect(parsed.params.arguments.order).toBe(`A-${id}`);
    expect(parsed.method).toBe('tools/call');
  });

  it('has an answer that an HTTP reader cuts to exactly the body that the client compares with', () => {
    const bytes = Buffer.concat(replyTemplates(fixture).map((piece) => fillTemplate(piece, id)));
    const messages = readAll(bytes);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.body).toBe(replyBody(fixture, id));
    expect(messages[0]?.body).toContain(`"id":${id},`);
  });

  it('keeps its length whatever the id', () => {
    expect(Buffer.byteLength(replyBody(fixture, id))).toBe(Buffer.byteLength(replyBody(fixture, firstId)));
    expect(requestBody(fixture, id)).toHaveLength(requestBody(fixture, firstId).length);
  });
});

describe('sizes', () => {
  it.each([
    { what: 'request', text: requestBody('call', id), least: 270, most: 400 },
    { what: 'short answer', text: replyBody('call', id), least: 550, most: 700 },
    { what: 'document', text: replyBody('document', id), least: 45_000, most: 55_000 },
  ])('the $what has about the size that the report names', ({ text, least, most }) => {
    expect(Buffer.byteLength(text)).toBeGreaterThanOrEqual(least);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most);
  });
});

describe('the stream', () => {
  it('has five events, of which only the last answers', () => {
    const events = replyBody('stream', id).split('\n\n').filter(Boolean);
    expect(events).toHaveLength(streamEvents);
    const messages = events.map((event) => JSON.parse(event.replace('event: message\ndata: ', '')));
    expect(messages.map(({ method }) => method ?? 'answer')).toEqual([
      ...Array(streamEvents - 1).fill('notifications/progress'),
      'answer',
    ]);
  });

  it('is written in pieces, a head and one for each event', () => {
    expect(replyTemplates('stream')).toHaveLength(streamEvents + 1);
  });
});

describe('the document', () => {
  it('is the same in every run, and repeats no stretch of itself', () => {
    const text: string = JSON.parse(replyBody('document', id)).result.content[0].text;
    expect(text).toBe(JSON.parse(replyBody('document', id)).result.content[0].text);
    expect(text.indexOf(text.slice(0, 300), 1)).toBe(-1);
  });
});

it('an id is written with all its digits over every place', () => {
  const template = { bytes: Buffer.from('..000000000..000000000'), places: [2, 13] };
  writeId(template, 987_654_321);
  expect(template.bytes.toString()).toBe('..987654321..987654321');
});
