/**
 * Every option in one table: `--help`, docs/options.md, `--check-config` and the parser read it. A row's name
 * gives all three spellings: `payload-mode` is the flag `--payload-mode`, the environment variable
 * `SIGHTLINE_PAYLOAD_MODE` and the key `sightline.payload.mode` of the configuration file.
 */
import { PATTERNS_BUILT_IN, REDACTED_KEYS } from './redaction.ts';

/** What a value may look like. */
export type OptionType =
  | { readonly kind: 'text'; readonly shape: string }
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  /** Milliseconds inside, `250ms`, `60s`, `5m`, `1h` outside. `off` is 0 where the row allows it. */
  | { readonly kind: 'duration'; readonly offAllowed?: true }
  /** Bytes inside, `64KiB`, `8MiB` outside; between `least` and `most`, by default 1B and 1GiB. */
  | { readonly kind: 'size'; readonly least?: string; readonly most?: string }
  | { readonly kind: 'count' }
  | { readonly kind: 'address' }
  /** `,` between the items of one text; patterns may hold commas, so theirs is a line break. */
  | { readonly kind: 'list'; readonly item: string; readonly separator: ',' | '\n' };

export interface OptionRow {
  readonly group: OptionGroup;
  readonly type: OptionType;
  /** As a user would write it; absent when leaving it out is a value of its own. */
  readonly fallback?: string;
  readonly means: string;
  /** What `--no-…` means, for a switch that is on by default. */
  readonly negative?: string;
  /** The file cannot name itself. */
  readonly notInFile?: true;
  /** Its value is never shown. */
  readonly secret?: true;
}

export const OPTION_GROUPS = [
  'Where it stands',
  'Forwarding',
  'Sessions and outcomes',
  'Trace context',
  'Payloads and privacy',
  'Archive',
  'What you see',
] as const;
export type OptionGroup = (typeof OPTION_GROUPS)[number];

const SWITCH = { kind: 'switch' } as const;
const DURATION = { kind: 'duration' } as const;
const SIZE = { kind: 'size' } as const;
const ADDRESS = { kind: 'address' } as const;
const hosts = { kind: 'list', item: 'HOST', separator: ',' } as const;

export const OPTIONS = {
  listen: {
    group: 'Where it stands',
    type: ADDRESS,
    fallback: '127.0.0.1:7600',
    means: 'address of the proxy: what clients are pointed at',
  },
  'page-listen': {
    group: 'Where it stands',
    type: ADDRESS,
    fallback: '127.0.0.1:7601',
    means: 'address of the page, the read API, health and metrics',
  },
  'page-token': {
    group: 'Where it stands',
    type: { kind: 'text', shape: 'TOKEN' },
    means:
      'what a reader of the page and its API has to know: 16 to 128 letters, digits and any of `._~-`. On loopback none is asked for unless it is given; elsewhere one is made up and printed with the address, unless `off` says that anyone may read',
    secret: true,
  },
  upstream: {
    group: 'Where it stands',
    type: { kind: 'text', shape: 'URL' },
    means: 'the MCP server to stand in front of; the first argument says the same. Without any: the demo',
  },
  config: {
    group: 'Where it stands',
    type: { kind: 'text', shape: 'FILE' },
    means: 'JSON with `mcpServers`, as MCP clients have it, and options under `sightline`',
    notInFile: true,
  },
  'state-dir': {
    group: 'Where it stands',
    type: { kind: 'text', shape: 'DIR' },
    means:
      "where the archive is kept, the demo's apart under `demo`; $XDG_STATE_HOME/sightline or ~/.local/state/sightline by default",
  },

  'server-name': {
    group: 'Where it stands',
    type: { kind: 'text', shape: 'NAME' },
    means:
      'what the stdio server of a command line is called in everything recorded; by default what its command starts',
  },
  'collector-idle': {
    group: 'Where it stands',
    type: DURATION,
    fallback: '15m',
    means: 'the collector of stdio servers ends when none has run for this long',
  },

  'allowed-hosts': {
    group: 'Forwarding',
    type: hosts,
    fallback: '',
    means:
      'names that `Host` and `Origin` may carry besides loopback; `*.example.com` allows every name below that one, `*` alone any name, and any origin while allowed-origins is empty',
  },
  'allowed-origins': {
    group: 'Forwarding',
    type: { kind: 'list', item: 'ORIGIN', separator: ',' },
    fallback: '',
    means: 'whole origins that may call from a browser, such as https://app.example.com',
  },
  'preserve-host': {
    group: 'Forwarding',
    type: SWITCH,
    fallback: 'off',
    means: "send the client's `Host` to the upstream instead of the upstream's own",
  },
  'forwarded-headers': {
    group: 'Forwarding',
    type: SWITCH,
    fallback: 'off',
    means: 'add X-Forwarded-For, -Proto and -Host towards the upstream',
  },
  'trusted-proxies': {
    group: 'Forwarding',
    type: { kind: 'list', item: 'CIDR', separator: ',' },
    fallback: '',
    means: 'addresses or networks whose forwarding headers are believed',
  },
  'rewrite-urls': {
    group: 'Forwarding',
    type: SWITCH,
    fallback: 'off',
    means: 'rewrite the addresses in which an upstream names itself, also for a single upstream at `/`',
  },
  'request-timeout': {
    group: 'Forwarding',
    type: { kind: 'duration', offAllowed: true },
    fallback: 'off',
    means: 'give up on an upstream that has not begun to answer after this long (504)',
  },
  observe: {
    group: 'Forwarding',
    type: SWITCH,
    fallback: 'on',
    means: 'look at traffic; off forwards only, and records nothing',
    negative: 'forward only: look at nothing, record nothing',
  },
  'drain-time': {
    group: 'Forwarding',
    type: DURATION,
    fallback: '10s',
    means: 'how long open exchanges may go on after the first SIGINT or SIGTERM',
  },

  'bridge-processes': {
    group: 'Forwarding',
    type: { kind: 'count' },
    fallback: '32',
    means:
      'processes that a stdio server served over HTTP may have at once, one for each session and one for all requests of 2026-07-28; more sessions are refused (503)',
  },
  'bridge-idle': {
    group: 'Forwarding',
    type: DURATION,
    fallback: '10m',
    means: 'such a process ends, and its session with it, when its client has had nothing open for this long',
  },
  'bridge-message-max': {
    group: 'Forwarding',
    type: { kind: 'size', most: '512MiB' },
    fallback: '128MiB',
    means:
      'the longest message that goes to or comes from such a process; what is longer is answered with an error',
  },

  'unanswered-after': {
    group: 'Sessions and outcomes',
    type: DURATION,
    fallback: '60s',
    means: 'a request open for longer is reported as waiting',
  },
  'resume-window': {
    group: 'Sessions and outcomes',
    type: DURATION,
    fallback: '5m',
    means: 'how long a request on a broken resumable stream stays open for its answer',
  },
  'retry-window': {
    group: 'Sessions and outcomes',
    type: DURATION,
    fallback: '5m',
    means: 'the same call within this time after a failure is its next attempt',
  },
  'session-idle': {
    group: 'Sessions and outcomes',
    type: DURATION,
    fallback: '30m',
    means: 'a session without traffic for this long has ended',
  },
  'active-window': {
    group: 'Sessions and outcomes',
    type: DURATION,
    fallback: '5m',
    means: 'a session with an event this recent is shown as active',
  },

  'trace-parent': {
    group: 'Trace context',
    type: { kind: 'choice', of: ['parent', 'link', 'auto'] },
    fallback: 'parent',
    means: "continue the caller's trace, only link to it, or continue where the caller's flag says sampled",
  },
  'rewrite-traceparent': {
    group: 'Trace context',
    type: SWITCH,
    fallback: 'off',
    means:
      'write our span into `params._meta.traceparent` towards the upstream (the body is no longer byte-equal); not into bodies over 64 KiB or with a content coding, and not where OTEL_PROPAGATORS leaves out tracecontext',
  },
  'propagate-sampled': {
    group: 'Trace context',
    type: SWITCH,
    fallback: 'off',
    means: 'mark a trace that begins here as sampled towards the upstream',
  },

  'payload-mode': {
    group: 'Payloads and privacy',
    type: { kind: 'choice', of: ['off', 'redacted', 'full'] },
    fallback: 'redacted',
    means: 'what is kept of requests and answers',
  },
  'payload-max': {
    group: 'Payloads and privacy',
    type: SIZE,
    fallback: '64KiB',
    means: 'cap of one captured part; the true size is always recorded',
  },
  'inspect-max': {
    group: 'Payloads and privacy',
    type: SIZE,
    fallback: '8MiB',
    means: 'a larger message is forwarded and not looked into',
  },
  'inspect-depth': {
    group: 'Payloads and privacy',
    type: { kind: 'count' },
    fallback: '1000',
    means: 'a message nested deeper is forwarded and not looked into',
  },
  'redact-key': {
    group: 'Payloads and privacy',
    type: { kind: 'list', item: 'KEY', separator: ',' },
    fallback: '',
    means: `keys whose values are hidden, besides ${REDACTED_KEYS.join(' ')}`,
  },
  'redact-pattern': {
    group: 'Payloads and privacy',
    type: { kind: 'list', item: 'NAME=REGEX', separator: '\n' },
    fallback: '',
    means: `regular expressions whose matches are hidden, besides those for ${PATTERNS_BUILT_IN.map((pattern) => pattern.name).join(' ')}`,
  },
  'redact-path': {
    group: 'Payloads and privacy',
    type: { kind: 'list', item: 'PATH', separator: '\n' },
    fallback: '',
    means: 'JSON paths whose values are hidden, such as $.params.arguments.card',
  },
  'credential-prefix': {
    group: 'Payloads and privacy',
    type: SWITCH,
    fallback: 'on',
    means: 'record the first characters of a credential, never more than a quarter of it',
    negative: 'record no character of a credential, only its kind',
  },
  'hash-session-ids': {
    group: 'Payloads and privacy',
    type: SWITCH,
    fallback: 'off',
    means: "replace the protocol's session ids by a hash in everything recorded",
  },
  'country-db': {
    group: 'Payloads and privacy',
    type: { kind: 'text', shape: 'FILE' },
    means: 'MaxMind database for the country of a caller; the bundled DB-IP Lite (CC BY 4.0) by default',
  },

  archive: {
    group: 'Archive',
    type: SWITCH,
    fallback: 'on',
    means: 'keep what was observed in the state directory, for the page and for a collector that comes later',
    negative: 'keep nothing: the page stays empty, and what a collector does not take at once is lost',
  },
  'retention-days': {
    group: 'Archive',
    type: { kind: 'count' },
    fallback: '30',
    means: 'days after which the archive forgets an event',
  },
  'archive-max': {
    group: 'Archive',
    type: { kind: 'size', least: '16MiB', most: '4096GiB' },
    fallback: '2GiB',
    means:
      'room that the archive may take; past it the oldest payloads go, and while payloads have less than a quarter of it, the oldest events',
  },

  show: {
    group: 'What you see',
    type: { kind: 'choice', of: ['all', 'requests', 'problems', 'none'] },
    fallback: 'all',
    means: 'which events get a line in the terminal',
  },
  color: {
    group: 'What you see',
    type: { kind: 'choice', of: ['auto', 'always', 'never'] },
    fallback: 'auto',
    means: 'colours; `auto` means on a terminal, unless NO_COLOR is set',
  },
} as const satisfies Readonly<Record<string, OptionRow>>;

export type OptionName = keyof typeof OPTIONS;

/** An address to listen on; IPv6 without brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

type Value<T> = T extends { kind: 'switch' }
  ? boolean
  : T extends { kind: 'choice'; of: readonly (infer Word)[] }
    ? Word
    : T extends { kind: 'duration' | 'size' | 'count' }
      ? number
      : T extends { kind: 'address' }
        ? Address
        : T extends { kind: 'list' }
          ? readonly string[]
          : string | undefined;

/** The settings in force, by option name: durations in milliseconds (0 is off), sizes in bytes. */
export type OptionValues = { readonly [Name in OptionName]: Value<(typeof OPTIONS)[Name]['type']> };

export const OPTION_NAMES = Object.keys(OPTIONS).filter(isOptionName);

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

export function rowOf(name: OptionName): OptionRow {
  return OPTIONS[name];
}

export function flagOf(name: OptionName): string {
  return `--${name}`;
}

export function environmentOf(name: OptionName): string {
  return `SIGHTLINE_${name.toUpperCase().replaceAll('-', '_')}`;
}

export function fileKeyOf(name: OptionName): string {
  return `sightline.${name.replaceAll('-', '.')}`;
}
