import { describe, expect, it } from 'vitest';
import { formatHelp, formatOptionsPage } from './help.ts';
import { parseJsonc } from './jsonc.ts';
import { environmentOf, fileKeyOf, flagOf, OPTION_NAMES, rowOf } from './options.ts';
import { parseConfig } from './parse.ts';
import { PATTERNS_BUILT_IN } from './redaction.ts';
import { formatConfig, formatProblems } from './report.ts';
import { toObserverSettings, toPageToken } from './settings.ts';
import { nearestOf } from './similar.ts';
import { formatValue, readValue } from './values.ts';

describe('the table of options', () => {
  it('names what the contract names', () => {
    // Frozen here on purpose: these are what users, files and units depend on.
    const named =
      'unanswered-after resume-window rewrite-urls propagate-sampled request-timeout retry-window session-idle active-window trace-parent rewrite-traceparent preserve-host forwarded-headers trusted-proxies allowed-hosts allowed-origins payload-mode payload-max inspect-max redact-key redact-pattern redact-path credential-prefix hash-session-ids listen page-listen upstream config state-dir';
    expect(named.split(' ').filter((name) => !OPTION_NAMES.some((one) => one === name))).toEqual([]);
  });

  it('spells each name three ways', () => {
    expect(flagOf('payload-mode')).toBe('--payload-mode');
    expect(environmentOf('payload-mode')).toBe('SIGHTLINE_PAYLOAD_MODE');
    expect(fileKeyOf('payload-mode')).toBe('sightline.payload.mode');
  });

  it.each(OPTION_NAMES)('the default of %s is a value it allows, and comes back as written', (name) => {
    const { type, fallback } = rowOf(name);
    if (fallback === undefined) return;
    const reading = readValue(type, fallback);
    expect(reading).toHaveProperty('value');
    if ('value' in reading && fallback !== '60s') expect(formatValue(type, reading.value)).toBe(fallback);
  });
});

describe('the pages', () => {
  it('help fits 100 columns and names every option', () => {
    const help = formatHelp('0.1.0');
    expect(help.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(OPTION_NAMES.filter((name) => !help.includes(name))).toEqual([]);
  });

  it('the options page names every spelling', () => {
    const page = formatOptionsPage();
    expect(OPTION_NAMES.filter((name) => !page.includes(environmentOf(name)))).toEqual([]);
  });

  it('the report never shows a header value', () => {
    const file = { mcpServers: { a: { url: 'http://x/mcp', headers: { Authorization: 'Bearer s3cret' } } } };
    const parsed = parseConfig({
      argv: ['--check-config', '--config=f'],
      env: {},
      readFile: () => ({ text: JSON.stringify(file) }),
    });
    if (parsed.kind !== 'check') throw new Error(parsed.kind);
    expect(formatConfig(parsed.config)).toContain('http://x/mcp  (adds Authorization)');
    expect(formatConfig(parsed.config)).not.toContain('s3cret');
    expect(formatConfig(parsed.config)).toContain('flag --config');
  });

  it('the report says that a token is set, and not which', () => {
    const parsed = parseConfig({
      argv: ['--check-config', '--page-token=s3cret-s3cret-s3cret'],
      env: {},
      readFile: () => ({ wrong: '' }),
    });
    if (parsed.kind !== 'check') throw new Error(parsed.kind);
    expect(formatConfig(parsed.config)).toMatch(/page-token +set +flag/);
    expect(formatConfig(parsed.config)).not.toContain('s3cret');
  });

  it('problems are one line each', () => {
    expect(formatProblems([{ key: '--a', message: 'is b' }])).toBe('One thing is wrong:\n  --a: is b\n');
  });
});

describe('toObserverSettings', () => {
  it('gives the fold its units', () => {
    const parsed = parseConfig({
      argv: ['https://[::1]/mcp', '--unanswered-after=2s', '--redact-pattern=card=\\d{16}'],
      env: {},
      readFile: () => ({ wrong: '' }),
    });
    if (parsed.kind !== 'run') throw new Error(parsed.kind);
    const settings = toObserverSettings(parsed.config.values, parsed.config.upstreams, '0'.repeat(32));
    expect(settings).toMatchObject({
      servers: [{ name: '1', address: '::1', port: 443 }],
      unansweredAfterUs: 2_000_000,
      retryWindowUs: 300_000_000,
      sessionIdleUs: 1_800_000_000,
      payloadBytesMax: 65_536,
      inspectDepthMax: 1_000,
    });
    expect(settings.redaction.patterns[0]).toEqual({ name: 'card', source: '\\d{16}' });
    expect(settings.redaction.keys).toContain('client_secret');
  });
});

describe('toPageToken', () => {
  const given = 'a-token-of-my-own';
  const sheet: readonly { argv: readonly string[]; token: string | undefined }[] = [
    { argv: [], token: undefined },
    { argv: [`--page-token=${given}`], token: given },
    { argv: ['--page-listen=0.0.0.0:7601', '--allowed-hosts=*'], token: 'made up' },
    { argv: ['--page-listen=0.0.0.0:7601', '--allowed-hosts=*', `--page-token=${given}`], token: given },
    { argv: ['--page-listen=0.0.0.0:7601', '--allowed-hosts=*', '--page-token=off'], token: undefined },
  ];
  it.each(sheet)('$argv', ({ argv, token }) => {
    const parsed = parseConfig({ argv, env: {}, readFile: () => ({ wrong: '' }) });
    if (parsed.kind !== 'run') throw new Error(parsed.kind);
    expect(toPageToken(parsed.config.values, () => 'made up')).toBe(token);
  });
});

describe('the built-in patterns', () => {
  const join = (...parts: readonly string[]) => parts.join('');
  const known = [
    { name: 'github', text: join('ghp', '_', 'a1B2'.repeat(9)) },
    { name: 'jwt', text: join('eyJ', 'hbGciOiJIUzI1', '.eyJ', 'zdWIiOiIxMjM0', '.c2lnbmF0dXJl') },
    { name: 'bearer', text: join('Bearer ', 'abcdefghij0123456789') },
    { name: 'aws', text: join('AKIA', 'ABCDEFGHIJKLMNOP') },
    { name: 'slack', text: join('xoxb', '-1234567890-abc') },
    { name: 'url_login', text: join('postgres://', 'me:pw', '@db/x') },
    { name: 'private_key', text: join('-----BEGIN ', 'PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----') },
  ];
  it.each(known)('$name is told by its look', ({ name, text }) => {
    const source = PATTERNS_BUILT_IN.find((pattern) => pattern.name === name)?.source ?? '(?!)';
    expect(new RegExp(source, 'gi').test(text)).toBe(true);
  });

  const prose = [
    'the token bearer left',
    'sk-8 is a road',
    'see https://example.com/a:b',
    'npm_config_cache',
  ];
  it.each(prose)('%s is prose', (text) => {
    expect(PATTERNS_BUILT_IN.filter(({ source }) => new RegExp(source, 'gi').test(text))).toEqual([]);
  });
});

describe('parseJsonc', () => {
  const sheet = [
    { cell: 'comments', text: '{ // a\n "a": 1, /* b */ "b": 2 }', value: { a: 1, b: 2 } },
    { cell: 'a last comma', text: '{"a": [1, 2, ], }', value: { a: [1, 2] } },
    {
      cell: 'marks inside texts',
      text: '{"a": "http://x/,}", "b": "/* no */"}',
      value: { a: 'http://x/,}', b: '/* no */' },
    },
    { cell: 'a byte order mark', text: '\uFEFF{}', value: {} },
  ];
  it.each(sheet)('$cell', ({ text, value }) => expect(parseJsonc(text)).toEqual({ value }));
  it('says what is wrong in one line', () => {
    expect(parseJsonc('{\n"a": }')).toHaveProperty('wrong', expect.not.stringContaining('\n'));
  });
});

describe('nearestOf', () => {
  it('finds a typo', () => expect(nearestOf('lisen', ['listen', 'show'])).toBe('listen'));
  it('does not guess', () => expect(nearestOf('foo', ['listen', 'color'])).toBeUndefined());
});
