import { describe, expect, it } from 'vitest';
import type { Config } from './config.ts';
import { type ConfigInput, parseConfig } from './parse.ts';

interface Attempt {
  readonly argv?: readonly string[];
  readonly env?: ConfigInput['env'];
  /** What stands in the file that `--config` names. */
  readonly file?: unknown;
}

function parse({ argv = [], env = {}, file }: Attempt) {
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  return parseConfig({
    argv: file === undefined ? argv : ['--config', 'mcp.json', ...argv],
    env,
    readFile: () => (file === undefined ? { wrong: 'no such file' } : { text }),
  });
}

function configOf(attempt: Attempt): Config {
  const parsed = parse(attempt);
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed));
  return parsed.config;
}

function problemsOf(attempt: Attempt): readonly string[] {
  const parsed = parse(attempt);
  return parsed.kind === 'problems' ? parsed.problems.map(({ key, message }) => `${key}: ${message}`) : [];
}

const UPSTREAM = 'http://localhost:3000/mcp';
const servers = { shop: { url: UPSTREAM } };

describe('where a setting comes from', () => {
  const env = { SIGHTLINE_PAYLOAD_MODE: 'full' };
  const file = { mcpServers: servers, sightline: { payload: { mode: 'off' } } };

  it('flag beats environment beats file beats default', () => {
    expect(configOf({ argv: ['--payload-mode', 'redacted'], env, file }).values['payload-mode']).toBe(
      'redacted',
    );
    expect(configOf({ env, file }).values['payload-mode']).toBe('full');
    expect(configOf({ file }).values['payload-mode']).toBe('off');
    expect(configOf({}).values['payload-mode']).toBe('redacted');
  });

  it('says which of them it was, by its own key', () => {
    expect(configOf({ env, file }).origins['payload-mode']).toEqual({
      from: 'environment',
      key: 'SIGHTLINE_PAYLOAD_MODE',
    });
    expect(configOf({ file }).origins['payload-mode']).toEqual({
      from: 'file',
      key: 'sightline.payload.mode',
    });
    expect(configOf({}).origins['payload-mode']).toEqual({ from: 'default' });
  });

  it('an empty environment variable is not set', () => {
    expect(configOf({ env: { SIGHTLINE_PAYLOAD_MODE: '' } }).values['payload-mode']).toBe('redacted');
  });

  it("a variable of the repository's scripts is no mistake", () => {
    expect(configOf({ env: { SIGHTLINE_CACHE: 'somewhere' } }).values['payload-mode']).toBe('redacted');
  });

  const spellings = [
    { cell: 'nested', section: { payload: { mode: 'off' } } },
    { cell: 'dotted', section: { 'payload.mode': 'off' } },
    { cell: 'as the flag', section: { 'payload-mode': 'off' } },
    { cell: 'with capitals', section: { payloadMode: 'off' } },
  ];
  it.each(spellings)('a file key may be spelled $cell', ({ section }) => {
    expect(configOf({ file: { mcpServers: servers, sightline: section } }).values['payload-mode']).toBe(
      'off',
    );
  });

  it('an option that is the beginning of another does not hide it', () => {
    const section = { trace: { parent: 'link' }, listen: '127.0.0.1:0', page: { listen: '127.0.0.1:0' } };
    const { values } = configOf({ file: { mcpServers: servers, sightline: section } });
    expect(values['trace-parent']).toBe('link');
    expect(values['page-listen']).toEqual({ host: '127.0.0.1', port: 0 });
  });
});

describe('values', () => {
  const sheet = [
    { argv: ['--unanswered-after', '250ms'], name: 'unanswered-after', value: 250 },
    { argv: ['--unanswered-after=1.5s'], name: 'unanswered-after', value: 1_500 },
    { argv: ['--session-idle=2h'], name: 'session-idle', value: 7_200_000 },
    { argv: ['--request-timeout=off'], name: 'request-timeout', value: 0 },
    { argv: ['--payload-max=64KiB'], name: 'payload-max', value: 65_536 },
    { argv: ['--inspect-max', '8MiB'], name: 'inspect-max', value: 8_388_608 },
    { argv: ['--inspect-depth', '20'], name: 'inspect-depth', value: 20 },
    { argv: ['--preserve-host'], name: 'preserve-host', value: true },
    { argv: ['--preserve-host=off'], name: 'preserve-host', value: false },
    { argv: ['--no-credential-prefix'], name: 'credential-prefix', value: false },
    { argv: ['--listen', '[::1]:80'], name: 'listen', value: { host: '::1', port: 80 } },
    { argv: ['--listen', '8080'], name: 'listen', value: { host: '127.0.0.1', port: 8080 } },
    {
      argv: ['--redact-key', 'iban,pin', '--redact-key', 'cvv'],
      name: 'redact-key',
      value: ['iban', 'pin', 'cvv'],
    },
    {
      argv: ['--redact-pattern', 'card=\\d{12,19}', '--redact-pattern', 'x=y{2}'],
      name: 'redact-pattern',
      value: ['card=\\d{12,19}', 'x=y{2}'],
    },
    { argv: ['-q'], name: 'show', value: 'none' },
  ] as const;
  it.each(sheet)('$argv', ({ argv, name, value }) => expect(configOf({ argv }).values[name]).toEqual(value));

  it('named patterns may be an object in the file', () => {
    const file = {
      mcpServers: servers,
      sightline: { redact: { pattern: { card: '\\d{16}' }, key: ['iban'] } },
    };
    expect(configOf({ file }).values).toMatchObject({
      'redact-pattern': ['card=\\d{16}'],
      'redact-key': ['iban'],
    });
  });
});

describe('problems', () => {
  const sheet: readonly { cell: string; attempt: Attempt; says: string }[] = [
    {
      cell: 'an unknown flag',
      attempt: { argv: ['--payload-mod=x'] },
      says: "--payload-mod: is no option (did you mean '--payload-mode'?)",
    },
    {
      cell: 'a flag without its value',
      attempt: { argv: ['--listen', '--observe'] },
      says: '--listen: needs a value',
    },
    {
      cell: 'a flag given twice',
      attempt: { argv: ['--listen=1', '--listen=2'] },
      says: '--listen: is given twice',
    },
    {
      cell: 'an unknown variable',
      attempt: { env: { SIGHTLINE_PAYLAOD_MODE: 'off' } },
      says: "SIGHTLINE_PAYLAOD_MODE: is no setting of Sightline (did you mean 'SIGHTLINE_PAYLOAD_MODE'?)",
    },
    {
      cell: 'an unknown key',
      attempt: { file: { mcpServers: servers, sightline: { payload: { mod: 'off' } } } },
      says: "sightline.payload.mod: is no option (did you mean 'sightline.payload.mode'?)",
    },
    {
      cell: 'a wrong word',
      attempt: { argv: ['--payload-mode=of'] },
      says: "--payload-mode: 'of' is not one of off, redacted, full (did you mean 'off'?)",
    },
    {
      cell: 'a time without unit',
      attempt: { argv: ['--drain-time=5'] },
      says: "--drain-time: '5' is no duration",
    },
    { cell: 'a time beyond every timer', attempt: { argv: ['--drain-time=900h'] }, says: 'is too long' },
    {
      cell: 'off where that is no value',
      attempt: { argv: ['--drain-time=off'] },
      says: "'off' is no duration",
    },
    { cell: 'a size without unit', attempt: { argv: ['--payload-max=64'] }, says: "'64' is no size" },
    {
      cell: 'a size below the least that its option takes',
      attempt: { argv: ['--archive-max=1MiB'] },
      says: "'1MiB' must be between 16MiB and 4096GiB",
    },
    { cell: 'a port beyond 65535', attempt: { argv: ['--listen=127.0.0.1:70000'] }, says: 'beyond 65535' },
    {
      cell: 'a value that loses is still checked',
      attempt: { argv: ['--payload-mode=off'], env: { SIGHTLINE_PAYLOAD_MODE: 'x' } },
      says: "SIGHTLINE_PAYLOAD_MODE: 'x'",
    },
    {
      cell: 'an upstream without scheme',
      attempt: { argv: ['localhost:3000'] },
      says: "did you mean 'http://localhost:3000'?",
    },
    {
      cell: 'an upstream that is no URL',
      attempt: { argv: ['example/mcp'] },
      says: "'example/mcp' is no URL",
    },
    {
      cell: 'an upstream of another scheme',
      attempt: { argv: ['ftp://x/mcp'] },
      says: 'is not http or https',
    },
    {
      cell: 'credentials in the URL',
      attempt: { argv: ['http://me:secret@x/mcp'] },
      says: 'carries a user name or password',
    },
    {
      cell: 'two upstreams',
      attempt: { argv: [UPSTREAM, 'http://x/'] },
      says: "'http://x/': is one argument too many",
    },
    {
      cell: 'the upstream said twice',
      attempt: { argv: [UPSTREAM, '--upstream', 'http://x/mcp'] },
      says: 'is given besides the argument',
    },
    {
      cell: 'a command beside an upstream',
      attempt: { argv: [UPSTREAM, '--', 'npx', '-y', 'server'] },
      says: '--: is given besides the upstream',
    },
    {
      cell: 'no command where there should be one',
      attempt: { argv: ['--'] },
      says: '--: needs the command of a server',
    },
    {
      cell: 'a file that cannot be read',
      attempt: { argv: ['--config', 'gone.json'] },
      says: "--config: 'gone.json' cannot be read: no such file",
    },
    {
      cell: 'a file that is not JSON',
      attempt: { file: '{"mcpServers": ' },
      says: "--config: 'mcp.json' is not JSON",
    },
    { cell: 'a file that is a list', attempt: { file: [] }, says: 'must hold a JSON object' },
    {
      cell: 'the file naming a file',
      attempt: { file: { mcpServers: servers, sightline: { config: 'x' } } },
      says: 'sightline.config: cannot stand in the file itself',
    },
    {
      cell: 'a bind beyond loopback',
      attempt: { argv: ['--listen=0.0.0.0:7600'] },
      says: 'is reachable from other machines',
    },
    {
      cell: 'a page beyond loopback',
      attempt: { env: { SIGHTLINE_PAGE_LISTEN: '0.0.0.0:7601' } },
      says: "SIGHTLINE_PAGE_LISTEN: '0.0.0.0:7601' is reachable from other machines",
    },
    {
      cell: 'a page at the address of the proxy',
      attempt: { argv: ['--listen=127.0.0.1:7601'] },
      says: "--page-listen: '127.0.0.1:7601' is the address of the proxy",
    },
    {
      cell: 'a page at a port that the proxy has on every address',
      attempt: { argv: ['--listen=0.0.0.0:7601', '--allowed-hosts=*'] },
      says: 'is the address of the proxy',
    },
    ...['short', 'with spaces in its midst', '"quoted-and-long-enough"', 'x'.repeat(129)].map((token) => ({
      cell: `the token ${token.slice(0, 30)}`,
      attempt: { argv: [`--page-token=${token}`] },
      says: '--page-token: is no token',
    })),
    {
      cell: 'a proxy in front of itself',
      attempt: { argv: ['http://localhost:7600/mcp'] },
      says: 'is the upstream',
    },
    {
      cell: 'a host with a path',
      attempt: { argv: ['--allowed-hosts=http://x/'] },
      says: "--allowed-hosts: 'http://x/' is no host name",
    },
    ...['*.', '**', '*example.com', 'a.*.example.com', '*.example.com:8443', '*.example..com'].map(
      (host) => ({
        cell: `the host ${host}`,
        attempt: { argv: [`--allowed-hosts=${host}`] },
        says: `--allowed-hosts: '${host}' is no host name`,
      }),
    ),
    {
      cell: 'an origin with a path',
      attempt: { argv: ['--allowed-origins=https://x/y'] },
      says: 'is no origin',
    },
    {
      cell: 'a network that is none',
      attempt: { argv: ['--trusted-proxies=10.0.0.0/33'] },
      says: 'is no address or network',
    },
    { cell: 'a pattern without a name', attempt: { argv: ['--redact-pattern=\\d+'] }, says: 'has no name' },
    {
      cell: 'a broken pattern',
      attempt: { argv: ['--redact-pattern=a=('] },
      says: 'is no regular expression',
    },
    {
      cell: 'a pattern that hides everything',
      attempt: { argv: ['--redact-pattern=a=x*'] },
      says: 'matches the empty text',
    },
    { cell: 'a path without a root', attempt: { argv: ['--redact-path=params.card'] }, says: 'is no path' },
    {
      cell: 'a path that ends in nothing',
      attempt: { argv: ['--redact-path=$.params.'] },
      says: 'is no path',
    },
    { cell: 'a path in double quotes', attempt: { argv: ['--redact-path=$["params"]'] }, says: 'is no path' },
  ];
  it.each(sheet)('$cell', ({ attempt, says }) => {
    const problems = problemsOf(attempt);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
  });

  it('all of them at once', () => {
    const attempt = {
      argv: ['--nope', '--listen=x'],
      env: { SIGHTLINE_SHOW: 'x' },
      file: { mcpServers: {}, sightline: { x: 1 } },
    };
    expect(problemsOf(attempt)).toHaveLength(5);
  });

  it('a token that is none is not repeated', () => {
    expect(problemsOf({ argv: ['--page-token=s3cret!'] }).join()).not.toContain('s3cret');
  });

  it('a hostile value stays on one line', () => {
    expect(problemsOf({ argv: ['--show=a\n\u001b[31mred'] })[0]).toContain("'a [31mred'");
  });
});

describe('the names of servers', () => {
  it('are the user’s own in a file, also of a single one, and not beside a URL', () => {
    expect(configOf({ file: { mcpServers: servers } }).named).toBe(true);
    expect(configOf({ argv: [UPSTREAM] }).named).toBe(false);
    expect(configOf({ argv: [UPSTREAM], file: { mcpServers: servers } }).named).toBe(false);
    expect(configOf({}).named).toBe(false);
  });
});

describe('a host that may be asked for', () => {
  it.each(['*', 'mcp.example.com', 'mcp.example.com:8443', '[::1]:7600', '*.example.com', '*.a_b.x-y.de'])(
    'may be %s',
    (host) => {
      expect(configOf({ argv: ['--listen=0.0.0.0:7600', `--allowed-hosts=${host}`] }).values).toMatchObject({
        'allowed-hosts': [host],
      });
    },
  );
});

describe('asking instead of running', () => {
  it('help is never wrong', () => expect(parse({ argv: ['--nope', '-h'] })).toEqual({ kind: 'help' }));
  it('version', () => expect(parse({ argv: ['--version'] })).toEqual({ kind: 'version' }));
  it('check-config checks', () => {
    expect(parse({ argv: ['--check-config'] }).kind).toBe('check');
    expect(parse({ argv: ['--check-config', '--show=x'] }).kind).toBe('problems');
  });
});
