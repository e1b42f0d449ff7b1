import { describe, expect, it } from 'vitest';
import { REDACTED_KEYS } from '../config/redaction.ts';
import { cutBytes, Redactor } from './redact.ts';
import type { PayloadMode, RedactionRules } from './settings.ts';

const RULES: RedactionRules = { keys: REDACTED_KEYS, patterns: [], paths: [] };
const SECRET = 'hunter2';

function redactor(rules: Partial<RedactionRules> = {}, mode: PayloadMode = 'redacted', bytesMax = 1 << 26) {
  return new Redactor({ ...RULES, ...rules }, mode, bytesMax);
}
function show(text: string, rules: Partial<RedactionRules> = {}) {
  const { text: shown, redacted } = redactor(rules).payload('request', text, Buffer.byteLength(text));
  return { shown, redacted };
}

/** The contract's default keys, each as peers spell it. The names are written out: the list must not shrink. */
const SPELLINGS: Record<string, string[]> = {
  password: ['password', 'Password', 'PASSWORD', 'pass-word', 'pass_word', 'passWord'],
  passwd: ['passwd', 'PASSWD'],
  secret: ['secret', 'Secret', 'SECRET'],
  token: ['token', 'Token', 'TOKEN'],
  access_token: [
    'access_token',
    'accessToken',
    'access-token',
    'ACCESS_TOKEN',
    'AccessToken',
    'access--token',
  ],
  refresh_token: ['refresh_token', 'refreshToken', 'refresh-token'],
  id_token: ['id_token', 'idToken', 'ID-TOKEN'],
  api_key: ['api_key', 'apiKey', 'API_KEY', 'api-key'],
  apikey: ['apikey', 'APIKEY', 'ApiKey'],
  authorization: ['authorization', 'Authorization', 'AUTHORIZATION'],
  cookie: ['cookie', 'Cookie'],
  'set-cookie': ['set-cookie', 'Set-Cookie', 'setCookie', 'set_cookie'],
  private_key: ['private_key', 'privateKey', 'private-key'],
  client_secret: ['client_secret', 'clientSecret', 'CLIENT-SECRET'],
  credentials: ['credentials', 'Credentials'],
};

it('the default keys are the contract’s', () => expect([...REDACTED_KEYS]).toEqual(Object.keys(SPELLINGS)));

describe('a secret key hides its value', () => {
  const spelled = Object.values(SPELLINGS).flat();
  const plainly = (key: string) => ({ shown: `{"a":{"${key}":"[redacted: key ${key}]"}}`, redacted: 1 });

  it.each(spelled)('%s', (key) => expect(show(`{"a":{"${key}":"${SECRET}"}}`)).toEqual(plainly(key)));

  it.each(spelled)('%s, its letters escaped', (key) => {
    const escaped = [...key].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('');
    expect(show(`{"a":{"${escaped}":"${SECRET}"}}`)).toEqual(plainly(key));
    expect(show(`{"a":{"${key.slice(0, 2)}${escaped.slice(12)}":"${SECRET}"}}`)).toEqual(plainly(key));
  });

  it.each(spelled)('%s in lists of lists', (key) => {
    expect(show(`[[[{"${key}":"${SECRET}"}],[{"${key}":"${SECRET}"}]]]`)).toEqual({
      shown: `[[[{"${key}":"[redacted: key ${key}]"}],[{"${key}":"[redacted: key ${key}]"}]]]`,
      redacted: 2,
    });
  });

  it.each(spelled)('%s in JSON inside strings, at every depth', (key) => {
    let text = JSON.stringify({ [key]: SECRET });
    for (let depth = 0; depth < 6; depth++) {
      text = JSON.stringify({ text });
      const { shown, redacted } = show(text);
      expect(shown).not.toContain(SECRET);
      expect(redacted).toBeGreaterThan(0);
      expect(() => JSON.parse(shown)).not.toThrow();
    }
  });

  it.each(spelled)('%s in JSON that breaks off', (key) => {
    for (const text of [
      `{"a":1,"${key}":"${SECRET}`,
      `{"a":1,"${key}":"${SECRET}","b":`,
      `{"a":1,"${key}" : ["${SECRET}","x`,
      `{"a":1,"${key}":{"x":"${SECRET}"`,
      `{"text":"{\\"${key}\\":\\"${SECRET}\\",\\"b\\":1`,
      `{"text":"{\\\\\\"${key}\\\\\\": \\\\\\"a\\\\\\\\\\\\\\"${SECRET}\\\\\\"`,
    ]) {
      expect(show(text).shown).not.toContain(SECRET);
    }
  });

  it.each(spelled)('%s in forms, queries and dumps of settings', (key) => {
    for (const text of [
      `a=1&${key}=${SECRET}&b=2`,
      `https://x.test/cb?${key}=${SECRET}#f`,
      `A=1\n${key}=${SECRET}\nB=2`,
      `export ${key}="${SECRET} and more"`,
      `${key} = '${SECRET}'`,
      `${key}: "${SECRET}"`,
      `error in {'${key}': '${SECRET}', 'b': 2}`,
      `said {"${key}":"${SECRET}"} to it`,
    ]) {
      expect(show(text).shown, text).not.toContain(SECRET);
      expect(show(JSON.stringify({ text })).shown, text).not.toContain(SECRET);
      expect(redactor().line(text, 512), text).not.toContain(SECRET);
    }
  });

  const ends = [
    {
      cell: 'at its quote',
      text: '{"token":"a","b":"shown',
      shown: '{"token":"[redacted: key token]","b":"shown',
    },
    {
      cell: 'at its quote behind an escaped backslash',
      text: '{"token":"a\\\\","b":"shown',
      shown: '{"token":"[redacted: key token]","b":"shown',
    },
    {
      cell: 'at its quote inside a string',
      text: '{"t":"{\\"token\\":\\"a\\\\\\\\\\",\\"b\\":\\"shown',
      shown: '{"t":"{\\"token\\":"[redacted: key token]",\\"b\\":\\"shown',
    },
    {
      cell: 'not at a quote that belongs to it',
      text: '{"t":"{\\"token\\":\\"a\\\\\\"b\\",\\"c\\":1',
      shown: '{"t":"{\\"token\\":"[redacted: key token]",\\"c\\":1',
    },
    {
      cell: 'at a comma, without quotes',
      text: '{"token":12,"b":"shown',
      shown: '{"token":"[redacted: key token]","b":"shown',
    },
    {
      cell: 'nowhere, for a list or an object',
      text: '{"token":["a"],"b":"hidden',
      shown: '{"token":"[redacted: key token]"',
    },
    {
      cell: 'before it begins, when there is none',
      text: '{"token":null,"b":"","token":""',
      shown: '{"token":null,"b":"","token":""',
    },
  ];
  it.each(ends)('in broken JSON its value ends $cell', ({ text, shown }) =>
    expect(show(text).shown).toBe(shown),
  );

  const values = ['1', 'true', 'false', '{"x":"y"}', '["y"]', '"\\n"', '0', '-1.5e3'];
  it.each(values)('whatever it is: %s', (value) => {
    expect(show(`{"token":${value}}`)).toEqual({ shown: '{"token":"[redacted: key token]"}', redacted: 1 });
  });

  it.each(['null', '""'])('but not %s, which says that there is none', (value) => {
    expect(show(`{"token":${value}}`)).toEqual({ shown: `{"token":${value}}`, redacted: 0 });
  });

  it('a user adds, compared like ours', () => {
    const rules = { keys: [...REDACTED_KEYS, 'cardNumber', 'contraseña', 'a.b*c', '--'] };
    for (const key of [
      'card_number',
      'CARDNUMBER',
      'card-number',
      'contraseña',
      'contrase\\u00f1a',
      'a.b*c',
    ]) {
      expect(show(`{"${key}":"${SECRET}"}`, rules).shown, key).not.toContain(SECRET);
    }
    expect(show('{"axbc":"x","":"y","_":"z"}', rules).redacted).toBe(0);
  });
});

describe('a key that only looks secret', () => {
  const sheet = [
    'progressToken',
    'tokens',
    'maxTokens',
    'nextToken',
    'secretary',
    'passwordless',
    'cookies',
    'my_token',
    'tokenizer',
  ];
  it.each(sheet)('%s hides nothing', (key) => {
    const text = `{"a":{"${key}":"value"},"t":"{\\"${key}\\":\\"value\\"} ${key}: value"}`;
    expect(show(text)).toEqual({ shown: text, redacted: 0 });
  });

  it.each([
    'invalid token: expected string',
    'password: must be at least 8 characters',
    'Unexpected token < in JSON at position 0',
    'the secret of tea',
    'token=',
    'a token, a cookie and a secret walk into a bar',
  ])('prose stays: %s', (text) => {
    expect(redactor().line(text, 512)).toBe(text);
    expect(show(JSON.stringify({ text })).redacted).toBe(0);
  });
});

describe('text with nothing to hide', () => {
  const sheet = [
    { cell: 'spaces and order', text: '{ "b" : 1 ,\n\t"a" :[ ] }' },
    { cell: 'numbers as they stand', text: '{"a":1.0,"b":1e400,"c":12345678901234567890,"d":-0,"e":1E2}' },
    { cell: 'members said twice', text: '{"a":1,"a":2}' },
    { cell: 'escapes', text: '{"a":"\\u0041\\/\\n\\ud83d\\ude00\\ud800"}' },
    { cell: 'a key __proto__', text: '{"__proto__":{"a":1}}' },
    { cell: 'broken', text: '{"a":"\\u0041' },
    { cell: 'no JSON at all', text: 'nothing \\u0041 here' },
    { cell: 'empty', text: '' },
    { cell: 'JSON inside', text: '{"a":"{ \\"b\\" : 1.0 }"}' },
  ];
  it.each(sheet)('stays byte for byte: $cell', ({ text }) => {
    expect(show(text)).toEqual({ shown: text, redacted: 0 });
    expect(show(text, { paths: ['$.none'] })).toEqual({ shown: text, redacted: 0 });
  });
});

describe('beside something hidden', () => {
  it('numbers stay as they stood', () => {
    const text = '{"a":1.0,"token":"x","b":1e400,"c":12345678901234567890,"d":-0,"e":[1E2,0.10,3]}';
    expect(show(text).shown).toBe(text.replace('"x"', '"[redacted: key token]"'));
  });
  it('numbers stay as they stood in JSON inside a string', () => {
    const inner = '{"a":1.0,"token":"x","n":10000000000000000001}';
    expect(JSON.parse(show(JSON.stringify({ inner })).shown)).toEqual({
      inner: inner.replace('"x"', '"[redacted: key token]"'),
    });
  });
  it('each hidden value counts once', () => {
    expect(show('{"token":1.0,"a":2.0,"t":"token=x token=y"}').redacted).toBe(3);
  });
  it('a key __proto__ stays a key', () => {
    expect(show('{"__proto__":{"token":"x"}}').shown).toBe('{"__proto__":{"token":"[redacted: key token]"}}');
  });
  it('lone surrogates and control characters stay valid JSON', () => {
    const { shown } = show('{"token":"x","a":"\\ud800\\u0000"}');
    expect(JSON.parse(shown)).toEqual({ token: '[redacted: key token]', a: '\ud800\u0000' });
  });
});

describe('paths', () => {
  const text = '{"params":{"arguments":{"card":"4111","n":1.0},"list":[{"text":"a"},{"text":"b"}]}}';
  const sheet = [
    { paths: ['$.params.arguments.card'], hidden: ['4111'] },
    { paths: ['$.params.list[*].text'], hidden: ['"a"', '"b"'] },
    { paths: ['$.params.list[1]'], hidden: ['{"text":"b"}'] },
    { paths: ['$..card', '$..n'], hidden: ['4111', '1.0'] },
    { paths: ['$.params.*'], hidden: ['4111', '1.0', '"a"', '"b"'] },
    { paths: ['$.params.arguments'], hidden: ['4111', '1.0'] },
  ];
  it.each(sheet)('$paths hides $hidden and nothing else', ({ paths, hidden }) => {
    const { shown } = show(text, { paths });
    for (const value of ['4111', '1.0', '"a"', '"b"', '{"text":"b"}']) {
      const inHidden = hidden.some((part) => part.includes(value) || value.includes(part));
      expect(shown.includes(value), value).toBe(!inHidden);
    }
  });

  it('name themselves, and say nothing of JSON inside strings', () => {
    expect(show('{"a":"{\\"a\\":1}","b":2}', { paths: ['$.b', '$.a.a'] })).toEqual({
      shown: '{"a":"{\\"a\\":1}","b":"[redacted: path $.b]"}',
      redacted: 1,
    });
  });

  it('that are none hide nothing', () => {
    expect(show('{"a":1}', { paths: ['a', '$', '$.a.'] }).redacted).toBe(0);
  });
});

describe('modes and caps', () => {
  const text = '{"token":"x"}';
  it('off keeps no text, but its size', () => {
    expect(redactor({}, 'off').payload('response', text, 13)).toEqual({
      part: 'response',
      text: '',
      size: 13,
      truncated: false,
      redacted: 0,
    });
  });
  it('full hides nothing', () => {
    expect(redactor({}, 'full').payload('request', text, 13)).toEqual({
      part: 'request',
      text,
      size: 13,
      truncated: false,
      redacted: 0,
    });
  });
  it('a secret beyond the cap is hidden before the cut, and the size is the true one', () => {
    const long = `{"a":"${'x'.repeat(50)}","token":"${SECRET}"}`;
    expect(redactor({}, 'redacted', 40).payload('request', long, long.length)).toEqual({
      part: 'request',
      text: long.slice(0, 40),
      size: long.length,
      truncated: true,
      redacted: 1,
    });
  });
  it('a line has no control characters and stays under its cap', () => {
    const text = `a\u0000b\r\n\tc\u0085d\u2028e\u2029f${'é'.repeat(600)}`;
    const line = redactor().line(text, 512);
    expect(line.startsWith('a b c d e f')).toBe(true);
    expect(line).toMatch(/é…$/);
    expect(Buffer.byteLength(line)).toBeGreaterThan(508);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(512);
    expect(redactor().line('é'.repeat(256), 512)).toBe('é'.repeat(256));
  });
  it('a line of a megabyte costs no more than its beginning, and hides what begins there', () => {
    expect(redactor().line(`token=${SECRET.repeat(200_000)}`, 512)).toBe('token=[redacted: key token]');
  });
});

describe('cutBytes cuts between characters', () => {
  const sheet = [
    { text: 'abc', max: 3, expected: 'abc' },
    { text: 'abcd', max: 3, expected: 'abc' },
    { text: 'aé', max: 2, expected: 'a' },
    { text: 'aé', max: 3, expected: 'aé' },
    { text: '語語', max: 5, expected: '語' },
    { text: 'ab😀', max: 5, expected: 'ab' },
    { text: 'ab😀', max: 6, expected: 'ab😀' },
    { text: '😀😀', max: 1, expected: '' },
    { text: 'abc', max: 0, expected: '' },
    { text: 'x😀', max: 2, expected: 'x' },
  ];
  it.each(sheet)('$text at $max', ({ text, max, expected }) => expect(cutBytes(text, max)).toBe(expected));

  it('at every border of a mixed text, and loses no character that fits', () => {
    const text = 'aé語😀'.repeat(4);
    const total = Buffer.byteLength(text);
    for (let max = 0; max <= total; max++) {
      const cut = cutBytes(text, max);
      expect(text.startsWith(cut)).toBe(true);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
      const next = [...text.slice(cut.length)][0];
      if (next !== undefined) expect(Buffer.byteLength(cut + next)).toBeGreaterThan(max);
    }
  });
});
