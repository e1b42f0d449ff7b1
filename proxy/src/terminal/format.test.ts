import { describe, expect, it } from 'vitest';
import { formatBanner } from './banner.ts';
import { formatBytes, formatClock, formatSeconds, shortenId } from './format.ts';
import { cutText, fitText, plainText, widthOf } from './text.ts';

describe('formatSeconds', () => {
  const sheet = [
    [0, '0.0 ms'],
    [0.0003, '0.3 ms'],
    [0.001, '1 ms'],
    [0.042, '42 ms'],
    [0.9994, '999 ms'],
    [0.9996, '1.00 s'],
    [2.34, '2.34 s'],
    [9.996, '10.0 s'],
    [12.9, '12.9 s'],
    [59.96, '1 m 00 s'],
    [65, '1 m 05 s'],
    [3_599.6, '1 h 00 m'],
    [3_900, '1 h 05 m'],
  ] as const;
  it.each(sheet)('%d is %s', (value, expected) => expect(formatSeconds(value)).toBe(expected));
});

describe('formatBytes', () => {
  const sheet = [
    [0, '0 B'],
    [340, '340 B'],
    [999, '999 B'],
    [1_940, '1.9 kB'],
    [9_960, '10 kB'],
    [999_499, '999 kB'],
    [999_600, '1.0 MB'],
    [2_147_483_648, '2.1 GB'],
    [4_398_046_511_104, '4.4 TB'],
  ] as const;
  it.each(sheet)('%d is %s', (value, expected) => expect(formatBytes(value)).toBe(expected));
});

it('a clock shows milliseconds', () =>
  expect(formatClock('1763719728300999999', 'utc')).toBe('10:08:48.300'));

describe('shortenId', () => {
  it('keeps both ends', () => expect(shortenId('7f3a00112233c21')).toBe('7f3a…c21'));
  it('leaves a short one alone', () => expect(shortenId('12345678')).toBe('12345678'));
});

describe('texts', () => {
  it('counts wide characters twice and marks not at all', () => {
    expect(widthOf('支払い')).toBe(6);
    expect(widthOf('e\u0301')).toBe(1);
  });
  it('cuts between characters', () => {
    expect(cutText('支払い', 4)).toBe('支…');
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abc', 0)).toBe('');
  });
  it('fits to either side', () => {
    expect(fitText('ab', 4)).toBe('ab  ');
    expect(fitText('ab', 4, 'right')).toBe('  ab');
  });
  it('takes the power from control characters', () => expect(plainText('a\u001b[2Jb\n')).toBe('a [2Jb'));
});

describe('formatBanner', () => {
  const facts = {
    version: '0.1.0',
    pageUrl: 'http://127.0.0.1:7601/',
    upstreams: [{ name: 'shop', url: 'http://localhost:3000/mcp', clientUrl: 'http://127.0.0.1:7600/mcp' }],
    demo: false,
    blind: undefined,
    archive: { keeps: '/state/archive.sqlite, 30 days, at most 2 GiB' },
    exportsTo: undefined,
    payloadMode: 'redacted',
    warnings: [],
    color: false,
  };
  it('says first where to look, and nothing of a page that there is not', () => {
    const [first] = formatBanner(facts).split('\n').slice(3);
    expect(first).toBe('  page      http://127.0.0.1:7601/  sessions and event log');
    expect(formatBanner({ ...facts, pageUrl: undefined })).not.toContain('event log');
  });
  it('says where to point a client, ready to copy', () => {
    expect(formatBanner(facts)).toContain('{"mcpServers":{"shop":{"url":"http://127.0.0.1:7600/mcp"}}}');
  });
  it('says what is exported where, and that nothing is when nothing is', () => {
    expect(formatBanner(facts)).toContain('nothing; set OTEL_EXPORTER_OTLP_ENDPOINT');
    expect(formatBanner({ ...facts, exportsTo: 'http://collector:4318' })).toContain('http://collector:4318');
  });
  it('says where events are kept, and promises nothing where they are not', () => {
    expect(formatBanner(facts)).toContain('  archive   /state/archive.sqlite, 30 days, at most 2 GiB\n');
    const off = formatBanner({ ...facts, archive: { off: '--no-archive' } });
    expect(off).toContain('  archive   nothing is kept: --no-archive\n');
    expect(off).not.toMatch(/event log|payloads/);
    const sends = { ...facts, archive: { off: 'x' }, exportsTo: 'http://collector:4318' };
    expect(formatBanner(sends)).toContain(
      'payloads  sent with secrets removed (--payload-mode off sends none)',
    );
  });
  it('says why nothing is observed, and then nothing of an archive', () => {
    const blind = formatBanner({ ...facts, blind: 'option' });
    expect(blind).toContain('observes  nothing (--no-observe)');
    expect(blind).not.toMatch(/archive|event log/);
    expect(formatBanner({ ...facts, blind: 'fault' })).toContain('nothing (observation could not start)');
  });
  it('says that secrets are kept when they are', () => {
    expect(formatBanner({ ...facts, payloadMode: 'full' })).toContain('secrets included');
  });
});
