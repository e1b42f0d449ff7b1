import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Evidence } from './evidence.ts';
import { bucketOf, Registry, type Session } from './registry.ts';

const T0 = 1_795_168_800_000_000;
const WHO: Evidence = { source: 'inferred', value: '127.0.0.1\0ua\0c1\0legacy' };
const PROTOCOL: Evidence = { source: 'protocol', value: 'abc' };
const CONVERSATION: Evidence = { source: 'conversation', value: 'conv' };
const trace = (value: string): Evidence => ({ source: 'trace', value });

function registry(sessionsMax = 100) {
  const evicted: string[] = [];
  let made = 0;
  const rooms = new Registry<number>(
    sessionsMax,
    () => made++,
    (session: Session<number>) => evicted.push(session.id),
  );
  return { rooms, evicted };
}

function sha(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24);
}

describe('sightline.session.id', () => {
  it('is made from server, source and evidence', () => {
    const { session } = registry().rooms.resolve('shop', [PROTOCOL, WHO], T0);
    expect(session.id).toBe(sha('shop', 'protocol', 'abc'));
    expect(session.id).toBe('25433e67333508e484dfaf92');
  });

  it('of an inferred session holds the first request’s time besides', () => {
    const { session } = registry().rooms.resolve('shop', [WHO], T0);
    expect(session.id).toBe(sha('shop', 'inferred', '127.0.0.1', 'ua', 'c1', 'legacy', '1795168800000000'));
    expect(session.id).toBe('2c50907f76a00e3c9b8d2f25');
  });

  it('differs by server and by source', () => {
    const { rooms } = registry();
    const ids = [
      rooms.resolve('shop', [PROTOCOL, WHO], T0),
      rooms.resolve('files', [PROTOCOL, WHO], T0),
      rooms.resolve('shop', [{ source: 'conversation', value: 'abc' }, WHO], T0),
    ].map(({ session }) => session.id);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('sightline.bucket', () => {
  // FNV-1a 32 of these is published: http://www.isthe.com/chongo/tech/comp/fnv (811c9dc5, e40c292c, e70c2de5, bf9cf968).
  const sheet = [
    { text: '', bucket: '5' },
    { text: 'a', bucket: 'c' },
    { text: 'b', bucket: '5' },
    { text: 'foobar', bucket: '8' },
    { text: 'grün', bucket: '7' },
  ];
  it.each(sheet)('of $text is $bucket', ({ text, bucket }) => expect(bucketOf(text)).toBe(bucket));

  it('of a session is that of its id', () => {
    const { session } = registry().rooms.resolve('shop', [PROTOCOL, WHO], T0);
    expect(session.bucket).toBe('3');
  });
});

describe('the first available evidence wins', () => {
  it('says by which evidence each message was joined', () => {
    const { rooms } = registry();
    const first = rooms.resolve('shop', [CONVERSATION, trace('t1'), WHO], T0);
    const byTrace = rooms.resolve('shop', [trace('t1'), WHO], T0 + 1);
    expect([first.source, first.confidence]).toEqual(['conversation', 'strong']);
    expect([byTrace.source, byTrace.confidence]).toEqual(['trace', 'weak']);
    expect(byTrace.session).toBe(first.session);
    expect([byTrace.session.source, byTrace.session.confidence]).toEqual(['conversation', 'strong']);
  });

  it('stated evidence not seen before begins a session, whatever weaker evidence leads to', () => {
    const { rooms } = registry();
    const inferred = rooms.resolve('shop', [trace('t1'), WHO], T0);
    const stated = rooms.resolve('shop', [CONVERSATION, trace('t1'), WHO], T0 + 1);
    expect(stated.session).not.toBe(inferred.session);
  });

  it('evidence of one server says nothing at another', () => {
    const { rooms } = registry();
    rooms.resolve('shop', [CONVERSATION, WHO], T0);
    expect(rooms.find('files', [CONVERSATION, WHO])).toBeUndefined();
  });
});

describe('a trace id only joins', () => {
  it('one not seen before falls to inference', () => {
    const { rooms } = registry();
    expect(rooms.resolve('shop', [trace('t1'), WHO], T0)).toMatchObject({
      source: 'inferred',
      confidence: 'weak',
    });
  });

  it('one seen before joins another caller to its session', () => {
    const { rooms } = registry();
    const first = rooms.resolve('shop', [trace('t1'), WHO], T0);
    const other = rooms.resolve('shop', [trace('t1'), { source: 'inferred', value: 'other' }], T0 + 1);
    expect(other).toMatchObject({ source: 'trace', confidence: 'weak' });
    expect(other.session).toBe(first.session);
  });

  it('stays with the session that had it first', () => {
    const { rooms } = registry();
    const first = rooms.resolve('shop', [CONVERSATION, trace('t1'), WHO], T0);
    rooms.resolve('shop', [PROTOCOL, trace('t1'), WHO], T0 + 1);
    expect(rooms.find('shop', [trace('t1')])?.session).toBe(first.session);
  });

  it('of a client that traces every request apart is forgotten after 64, the session’s own evidence never', () => {
    const { rooms } = registry();
    const { session } = rooms.resolve('shop', [CONVERSATION, WHO], T0);
    for (let i = 0; i < 100; i++) rooms.resolve('shop', [CONVERSATION, trace(`t${i}`), WHO], T0 + i);
    const known = Array.from({ length: 100 }, (_, i) => rooms.find('shop', [trace(`t${i}`)]) !== undefined);
    expect(known.filter(Boolean)).toHaveLength(63);
    expect(known.at(-1)).toBe(true);
    expect(known[0]).toBe(false);
    expect(rooms.find('shop', [CONVERSATION])?.session).toBe(session);
  });
});

describe('the end of a session', () => {
  it('leaves stated evidence leading to it, so that a later event reopens the same id', () => {
    const { rooms } = registry();
    const { session } = rooms.resolve('shop', [PROTOCOL, WHO], T0);
    rooms.end(session, 'idle');
    expect(session.ended).toBe('idle');
    expect(rooms.find('shop', [PROTOCOL])?.session).toBe(session);
    expect(rooms.resolve('shop', [PROTOCOL, WHO], T0 + 9).session).toBe(session);
  });

  it('makes an inferred caller begin anew', () => {
    const { rooms } = registry();
    const { session } = rooms.resolve('shop', [trace('t1'), WHO], T0);
    rooms.end(session, 'idle');
    expect(rooms.find('shop', [trace('t1'), WHO])).toBeUndefined();
    const next = rooms.resolve('shop', [trace('t1'), WHO], T0 + 9);
    expect(next.session.id).not.toBe(session.id);
  });

  it('takes no evidence from a session that meanwhile leads elsewhere', () => {
    const { rooms } = registry();
    const old = rooms.resolve('shop', [WHO], T0).session;
    const next = rooms.begin('shop', WHO, T0 + 5).session;
    rooms.end(old, 'idle');
    expect(rooms.find('shop', [WHO])?.session).toBe(next);
  });
});

describe('a handshake', () => {
  it('begins a session of its own although the caller has one', () => {
    const { rooms } = registry();
    const first = rooms.begin('shop', WHO, T0).session;
    const second = rooms.begin('shop', WHO, T0 + 1).session;
    expect(second.id).not.toBe(first.id);
    expect(rooms.resolve('shop', [WHO], T0 + 2).session).toBe(second);
  });

  it('twice in one microsecond is one session: two with one id would count their events apart', () => {
    const { rooms } = registry();
    expect(rooms.begin('shop', WHO, T0).session).toBe(rooms.begin('shop', WHO, T0).session);
  });

  it('is recalled for what the same caller begins later, and for nobody else', () => {
    const { rooms } = registry();
    const handshake = { clientName: 'teapot', clientVersion: '1', protocolVersion: '2025-11-25' };
    rooms.remember('shop', [WHO], handshake);
    expect(rooms.resolve('shop', [CONVERSATION, WHO], T0).session).toMatchObject(handshake);
    const other: Evidence = { source: 'inferred', value: 'other' };
    expect(rooms.resolve('shop', [other], T0).session.clientName).toBeUndefined();
    expect(rooms.resolve('files', [WHO], T0).session.clientName).toBeUndefined();
  });

  it('does not rename a session that knows its client', () => {
    const { rooms } = registry();
    const { session } = rooms.resolve('shop', [PROTOCOL, WHO], T0);
    session.clientName = 'kettle';
    rooms.remember('shop', [WHO], { clientName: 'teapot' });
    expect(rooms.resolve('shop', [PROTOCOL, WHO], T0 + 1).session.clientName).toBe('kettle');
  });
});

describe('the cap', () => {
  it('pushes out the session longest unused, tells of it, and forgets all evidence of it', () => {
    const { rooms, evicted } = registry(2);
    const oldest = rooms.resolve('shop', [{ source: 'protocol', value: '1' }, trace('t1'), WHO], T0).session;
    const used = rooms.resolve('shop', [{ source: 'protocol', value: '2' }, WHO], T0).session;
    rooms.resolve('shop', [{ source: 'protocol', value: '3' }, WHO], T0);
    expect(evicted).toEqual([oldest.id]);
    expect(rooms.find('shop', [{ source: 'protocol', value: '1' }, trace('t1')])).toBeUndefined();
    expect([...rooms.sessions()].map(({ id }) => id)).toHaveLength(2);
    rooms.find('shop', [{ source: 'protocol', value: '2' }]);
    rooms.resolve('shop', [{ source: 'protocol', value: '4' }, WHO], T0);
    expect(evicted).not.toContain(used.id);
  });

  it('holds against a flood of session ids', () => {
    const { rooms, evicted } = registry(50);
    for (let i = 0; i < 5000; i++)
      rooms.resolve('shop', [{ source: 'protocol', value: `${i}` }, trace(`${i}`), WHO], T0);
    expect([[...rooms.sessions()].length, evicted.length]).toEqual([50, 4950]);
  });
});
