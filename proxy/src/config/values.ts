/**
 * Texts to values and back, one kind of option at a time. Reading never guesses: what is not clearly right comes
 * back as a sentence about what is allowed.
 */
import type { Address, OptionType } from './options.ts';
import { suggest } from './similar.ts';

/** What a value came out as: the value, or what is wrong with it (completing "'x' …"). */
export type Reading = { readonly value: unknown } | { readonly wrong: string };

/** Reads one value. `raw` is text from flag or environment, or any JSON value from the file. */
export function readValue(type: OptionType, raw: unknown): Reading {
  switch (type.kind) {
    case 'text':
      return typeof raw === 'string' && raw !== '' ? { value: raw } : { wrong: `must be a ${type.shape}` };
    case 'switch':
      return readSwitch(raw);
    case 'choice': {
      if (typeof raw === 'string' && type.of.includes(raw)) return { value: raw };
      return { wrong: `is not one of ${type.of.join(', ')}${suggest(String(raw), type.of)}` };
    }
    case 'duration':
      return readDuration(raw, type.offAllowed === true);
    case 'size':
      return readSize(raw, type.least ?? '1B', type.most ?? '1GiB');
    case 'count':
      return readCount(raw);
    case 'address':
      return readAddress(raw);
    case 'list':
      return readList(raw, type.separator);
  }
}

const ON = ['on', 'true', 'yes', '1'];
const OFF = ['off', 'false', 'no', '0'];

function readSwitch(raw: unknown): Reading {
  if (typeof raw === 'boolean') return { value: raw };
  const word = String(raw).toLowerCase();
  if (ON.includes(word)) return { value: true };
  if (OFF.includes(word)) return { value: false };
  return { wrong: 'is not on or off' };
}

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** The longest wait Node can set: beyond it a timer fires at once. */
const DURATION_MS_MAX = 2 ** 31 - 1;

function readDuration(raw: unknown, offAllowed: boolean): Reading {
  const allowed = `is no duration; write it with its unit, such as 250ms, 60s, 5m or 1h${offAllowed ? ', or off' : ''}`;
  if (offAllowed && (raw === 'off' || raw === false)) return { value: 0 };
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(String(raw).trim());
  if (typeof raw !== 'string' || !match) return { wrong: allowed };
  const milliseconds = Math.round(Number(match[1]) * (DURATION_UNITS[match[2] ?? ''] ?? 0));
  if (milliseconds < 1) return { wrong: `is too short; the least is 1ms${offAllowed ? ' (or off)' : ''}` };
  if (milliseconds > DURATION_MS_MAX) return { wrong: 'is too long; the most is 596h' };
  return { value: milliseconds };
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1_000,
  mb: 1_000_000,
  kib: 1_024,
  mib: 1_048_576,
  gib: 1_073_741_824,
};

function readSize(raw: unknown, least: string, most: string): Reading {
  const bytes = bytesOf(raw);
  if (bytes === undefined) return { wrong: 'is no size; write it with its unit, such as 64KiB or 8MiB' };
  if (bytes < (bytesOf(least) ?? 0) || bytes > (bytesOf(most) ?? 0)) {
    return { wrong: `must be between ${least} and ${most}` };
  }
  return { value: bytes };
}

function bytesOf(raw: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|KiB|MiB|GiB)$/.exec(String(raw).trim());
  return match ? Math.floor(Number(match[1]) * (SIZE_UNITS[(match[2] ?? '').toLowerCase()] ?? 0)) : undefined;
}

function readCount(raw: unknown): Reading {
  const count = typeof raw === 'number' ? raw : /^\d+$/.test(String(raw)) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < 1 || count > 1_000_000) {
    return { wrong: 'is no whole number from 1 to 1000000' };
  }
  return { value: count };
}

function readAddress(raw: unknown): Reading {
  const allowed = 'is no address; write HOST:PORT, such as 127.0.0.1:7600, [::1]:7600, or a port alone';
  const text = String(raw).trim();
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):)?(\d{1,5})$/.exec(text);
  if ((typeof raw !== 'string' && typeof raw !== 'number') || !match) return { wrong: allowed };
  const port = Number(match[3]);
  if (port > 65_535) return { wrong: 'names a port beyond 65535' };
  return { value: { host: match[1] ?? match[2] ?? '127.0.0.1', port } satisfies Address };
}

function readList(raw: unknown, separator: ',' | '\n'): Reading {
  const items = Array.isArray(raw)
    ? raw
    : typeof raw === 'object' && raw !== null
      ? // An object of named patterns: {"card": "\\d{16}"}.
        Object.entries(raw).map(([name, value]) => (typeof value === 'string' ? `${name}=${value}` : value))
      : typeof raw === 'string'
        ? raw.split(separator)
        : [raw];
  if (!items.every((item) => typeof item === 'string')) return { wrong: 'is no list of texts' };
  return { value: items.map((item) => item.trim()).filter((item) => item !== '') };
}

/** A value as its user would write it. */
export function formatValue(type: OptionType, value: unknown): string {
  switch (type.kind) {
    case 'switch':
      return value === true ? 'on' : 'off';
    case 'duration':
      return formatDuration(Number(value));
    case 'size':
      return formatSize(Number(value));
    case 'address':
      return formatAddress(value as Address);
    case 'list':
      return (value as readonly string[]).join(type.separator === ',' ? ',' : ' ');
    default:
      return value === undefined ? '' : String(value);
  }
}

function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return 'off';
  const unit = (['h', 'm', 's'] as const).find((name) => milliseconds % (DURATION_UNITS[name] ?? 1) === 0);
  return unit ? `${milliseconds / (DURATION_UNITS[unit] ?? 1)}${unit}` : `${milliseconds}ms`;
}

function formatSize(bytes: number): string {
  const unit = (['GiB', 'MiB', 'KiB'] as const).find(
    (name) => bytes % (SIZE_UNITS[name.toLowerCase()] ?? 1) === 0,
  );
  return unit ? `${bytes / (SIZE_UNITS[unit.toLowerCase()] ?? 1)}${unit}` : `${bytes}B`;
}

export function formatAddress(address: Address): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
