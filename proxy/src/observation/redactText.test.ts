import { describe, expect, it } from 'vitest';
import { PATTERNS_BUILT_IN, REDACTED_KEYS } from '../config/redaction.ts';
import { Redactor } from './redact.ts';

const BUILT_IN = new Redactor(
  { keys: REDACTED_KEYS, patterns: PATTERNS_BUILT_IN, paths: [] },
  'redacted',
  1 << 26,
);
const A = 'A1b2C3d4E5f6G7h8I9j0';

function show(text: string, redactor = BUILT_IN) {
  return redactor.payload('request', text, 0);
}
function own(...patterns: { name: string; source: string }[]) {
  return new Redactor({ keys: [], patterns, paths: [] }, 'redacted', 1 << 20);
}

/** Each built-in pattern with what its issuer hands out, and with what only looks like it. Nothing here is real. */
const PATTERNS: Record<string, { tokens: string[]; lookAlikes: string[] }> = {
  private_key: {
    tokens: [
      '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIEpA\n-----END RSA PRIVATE KEY-----',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk',
    ],
    lookAlikes: ['-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----', 'BEGIN PRIVATE KEY'],
  },
  jwt: {
    tokens: [
      `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${A}`,
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0.',
      `x-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${A}`,
    ],
    lookAlikes: ['eyJhbGciOiJIUzI1NiJ9', 'eyJ.eyJ.x', 'heyJude.eyJohnny.x'],
  },
  bearer: {
    tokens: [`Bearer ${A}`, `bearer   ${A}._~+/=`],
    lookAlikes: ['bearer of bad news', 'Bearer token', `forbearer ${A}`],
  },
  github: {
    tokens: [...'pousr']
      .map((kind) => `gh${kind}_${'a'.repeat(36)}`)
      .concat(`github_pat_${'1'.repeat(22)}_x`),
    lookAlikes: ['ghp_short', 'ghx_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'github_path_to_something'],
  },
  gitlab: { tokens: [`glpat-${A}`], lookAlikes: ['glpat-short', `xglpat-${A}`] },
  sk: {
    tokens: [`sk-${A}${A}`, `sk-proj-${A}`, `sk-ant-api03-${A}`],
    lookAlikes: ['sk-learn', `task-${A}${A}`, 'disk-0'],
  },
  stripe: {
    tokens: [`sk_live_${A}`, `rk_test_${A}`],
    lookAlikes: ['sk_live_short', `pk_live_${A}`, 'risk_test_abcdefghijklmnopq'],
  },
  slack: {
    tokens: ['xoxb-1234567890-abcdef', 'xoxp-1234567890'],
    lookAlikes: ['xoxz-1234567890', 'xoxo-kiss', 'xoxb'],
  },
  aws: {
    tokens: ['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
    lookAlikes: ['AKIAIOSFODNN7', 'AKIAIOSFODNN7EXAMPLEX', 'XAKIAIOSFODNN7EXAMPLE'],
  },
  google: { tokens: [`AIza${'a'.repeat(35)}`, `ya29.${A}`], lookAlikes: ['AIzashort', 'ya29.short'] },
  npm: { tokens: [`npm_${'a'.repeat(36)}`], lookAlikes: ['npm_config_registry', `npm_${'a'.repeat(37)}`] },
  huggingface: { tokens: [`hf_${'a'.repeat(34)}`], lookAlikes: ['hf_hub', 'hf_transfer_download'] },
  url_login: {
    tokens: ['https://me:hunter2@h.test/p', 'postgres://app:p%40ss@db:5432/x'],
    lookAlikes: ['https://h.test:8080/a@b', 'https://me@h.test', 'at 12:30@noon', 'http://h.test/a:b@c'],
  },
};

it('every built-in pattern has its sheet', () => {
  expect(PATTERNS_BUILT_IN.map(({ name }) => name)).toEqual(Object.keys(PATTERNS));
});

describe.each(Object.entries(PATTERNS))('%s', (name, { tokens, lookAlikes }) => {
  const carriers: { where: string; around: (token: string) => string }[] = [
    { where: 'a string', around: (token) => JSON.stringify({ a: token }) },
    { where: 'prose', around: (token) => JSON.stringify({ a: `see ${token} there` }) },
    {
      where: 'a new line, where the escape hides that a word begins',
      around: (token) => JSON.stringify({ a: `x\n${token}\ny\t${token}` }),
    },
    {
      where: 'JSON inside a string',
      around: (token) => JSON.stringify({ a: JSON.stringify([[{ b: `\n${token}` }]]) }),
    },
    { where: 'a key', around: (token) => JSON.stringify({ [token]: 1 }) },
    { where: 'escaped slashes', around: (token) => JSON.stringify({ a: token }).replaceAll('/', '\\/') },
    { where: 'JSON that breaks off', around: (token) => `{"a":1,"b":"${token} ` },
    { where: 'no JSON', around: (token) => `see ${token} ` },
  ];
  it.each(carriers)('is hidden in $where', ({ around }) => {
    for (const token of tokens) {
      const { text, redacted } = show(around(token));
      expect(redacted, token).toBeGreaterThan(0);
      expect(text, token).toContain(`[redacted: pattern ${name}]`);
      expect(text).not.toContain(name === 'url_login' ? 'hunter2' : token.replaceAll('\n', '\\n'));
    }
  });

  it('leaves alone what only looks like it', () => {
    for (const text of lookAlikes) {
      expect(show(JSON.stringify({ text }))).toMatchObject({ text: JSON.stringify({ text }), redacted: 0 });
    }
  });
});

describe('a dumped HTTP head', () => {
  it('shows no credentials, quoted or not', () => {
    for (const line of [
      'Authorization: Basic bWU6aHVudGVyMg==',
      'Cookie: sid=bWU6aHVudGVyMg==; a=b',
      'set-cookie:\tsid=bWU6aHVudGVyMg==',
    ]) {
      expect(BUILT_IN.line(`failed: GET /x\r\n${line}\r\nHost: h`, 512)).not.toContain('bWU6aHVudGVyMg');
      expect(show(JSON.stringify({ text: `GET /x\n${line}\nHost: h` })).text).toContain('Host: h');
    }
  });
});

describe('a user’s own patterns', () => {
  it('may have groups, named groups and references to them, and still name themselves', () => {
    const redactor = own(
      { name: 'twin', source: '(a)(b)\\1\\2' },
      { name: 'named', source: '(?<x>c)d\\k<x>' },
      { name: 'class', source: '[(]e[)]\\\\(f)' },
      { name: 'last', source: 'z(9)?' },
    );
    expect(show('"abab cdc (e)\\\\f z z9 abba"', redactor).text).toBe(
      '"[redacted: pattern twin] [redacted: pattern named] [redacted: pattern class] [redacted: pattern last] [redacted: pattern last] abba"',
    );
  });

  it('come first where two match at one place', () => {
    const redactor = own({ name: 'mine', source: 'ab' }, { name: 'ours', source: 'abc' });
    expect(show('"abc"', redactor).text).toBe('"[redacted: pattern mine]c"');
  });

  it('may be anchored to a string’s beginning and end', () => {
    const redactor = own({ name: 'pin', source: '^\\d{4}$' });
    expect(show('{"a":"1234","b":"x1234","c":["5678"]}', redactor).text).toBe(
      '{"a":"[redacted: pattern pin]","b":"x1234","c":["[redacted: pattern pin]"]}',
    );
    expect(show('{"a":"[^$]","b":"12345"}', redactor).redacted).toBe(0);
  });

  it('are looked for in numbers too', () => {
    const redactor = own({ name: 'card', source: '\\b\\d{16}\\b' });
    expect(show('{"card":4111111111111111,"n":1.0}', redactor).text).toBe(
      '{"card":"[redacted: pattern card]","n":1.0}',
    );
  });
});

/**
 * Texts that make a careless search start over at every character. A quadratic search of a megabyte takes hours: that
 * these come back at all is the claim, no duration is asserted.
 */
describe('a megabyte made to be slow comes back', () => {
  const n = 1_000_000;
  const sheet: { cell: string; text: string }[] = [
    { cell: 'backslashes behind a broken key', text: `{"token":1,${'\\'.repeat(n)}` },
    { cell: 'backslashes as a value', text: `{"token":${'\\'.repeat(n)}` },
    { cell: 'quotes', text: `{"token":1,${'"'.repeat(n)}` },
    { cell: 'pieces of a JWT', text: JSON.stringify({ a: 'eyJ-'.repeat(n / 4) }) },
    { cell: 'pieces of a JWT with dots', text: JSON.stringify({ a: 'eyJaaaaaaaa.'.repeat(n / 12) }) },
    { cell: 'bearers', text: JSON.stringify({ a: 'bearer '.repeat(n / 7) }) },
    { cell: 'a bearer of spaces', text: JSON.stringify({ a: `bearer${' '.repeat(n)}` }) },
    { cell: 'beginnings of keys', text: JSON.stringify({ a: '-----BEGIN '.repeat(n / 11) }) },
    {
      cell: 'private keys that never end',
      text: JSON.stringify({ a: '-----BEGIN PRIVATE KEY-----'.repeat(n / 27) }),
    },
    { cell: 'logins that never end', text: JSON.stringify({ a: '://a:b:'.repeat(n / 7) }) },
    { cell: 'underscores in a key', text: JSON.stringify({ a: `t${'_'.repeat(n)}oken=x` }) },
    { cell: 'a long key', text: JSON.stringify({ ['_'.repeat(n)]: 'x' }) },
    { cell: 'spaces after a key', text: JSON.stringify({ a: `token${' '.repeat(n)}x` }) },
    { cell: 'keys without values', text: JSON.stringify({ a: 'token = '.repeat(n / 8) }) },
    { cell: 'opened quotes', text: JSON.stringify({ a: 'token="'.repeat(n / 7) }) },
    { cell: 'stated keys', text: JSON.stringify({ a: '"token":'.repeat(n / 8) }) },
    { cell: 'cookies', text: JSON.stringify({ a: 'cookie:'.repeat(n / 7) }) },
    { cell: 'underscored huggingface', text: JSON.stringify({ a: `hf_${'a'.repeat(n)}_` }) },
    {
      cell: 'brackets inside a string',
      text: JSON.stringify({ a: `${'['.repeat(n / 2)}{"token":1}${']'.repeat(n / 2)}` }),
    },
    { cell: 'a deep list', text: `${'['.repeat(n / 2)}"token=x"${']'.repeat(n / 2)}` },
    {
      cell: 'many small values far down',
      text: `${'['.repeat(900)}"token=x",${'0,'.repeat(n / 2)}0${']'.repeat(900)}`,
    },
    { cell: 'escapes', text: `{"a":"${'\\u0041'.repeat(n / 6)}","token":1.0}` },
  ];
  it.each(sheet)('$cell', ({ text }) => {
    expect(show(text).text).not.toContain('token=x"');
    expect(BUILT_IN.line(text, 512).length).toBeLessThanOrEqual(512);
  });

  it('with JSON nested in strings, each nested deep itself', () => {
    let text = JSON.stringify({ token: 'hunter2' });
    for (let level = 0; level < 4; level++)
      text = `${'['.repeat(990)}${JSON.stringify(text)}${']'.repeat(990)}`;
    const { text: shown } = show(text);
    expect(shown).not.toContain('hunter2');
  });

  it('with a secret of eight megabytes that never ends', () => {
    expect(show(`{"password":"${'a'.repeat(8_000_000)}`).text).toBe('{"password":"[redacted: key password]"');
  });
});
