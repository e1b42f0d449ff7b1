/**
 * The OTEL variables, read once: environment in, settings and problems out. A wrong value is a Problem under the
 * variable's own name, never a silent default; a variable that cannot have its usual effect here is a warning.
 * Refuses to read `process.env` itself. Source: OpenTelemetry specification, "Environment Variable
 * Specification" and "OTLP Exporter Configuration".
 */
import { type Limits, NO_LIMITS } from './selection.ts';

/** A configuration mistake, named by the variable that holds it. */
export interface Problem {
  readonly key: string;
  readonly message: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type Signal = 'traces' | 'logs' | 'metrics';
export type Protocol = 'http/protobuf' | 'http/json';

/** Where and how one signal is delivered. */
export interface Endpoint {
  readonly url: string;
  readonly protocol: Protocol;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  readonly timeoutMs: number;
}

export interface SamplerSettings {
  /** What is kept of traces that begin here, and of all when not `parentBased`. */
  readonly ratio: number;
  /** Where a trace is continued, the caller's own flag decides. */
  readonly parentBased: boolean;
}

export type Temporality = 'cumulative' | 'delta' | 'lowmemory';

export interface TelemetrySettings {
  /** Absent: this signal is not exported. */
  readonly traces?: Endpoint;
  readonly logs?: Endpoint;
  readonly metrics?: Endpoint;
  /** Resource attributes of OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME, which win over ours. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerSettings;
  readonly spanLimits: Limits;
  readonly logLimits: Limits;
  readonly metricIntervalMs: number;
  readonly metricTimeoutMs: number;
  readonly temporality: Temporality;
  /** Which context is passed on (OTEL_PROPAGATORS). */
  readonly propagators: { readonly tracecontext: boolean };
}

export interface EnvironmentReading {
  readonly settings: TelemetrySettings;
  readonly problems: readonly Problem[];
  /** One sentence each, for the log. */
  readonly warnings: readonly string[];
}

const SILENT: TelemetrySettings = {
  resource: {},
  sampler: { ratio: 1, parentBased: false },
  spanLimits: NO_LIMITS,
  logLimits: NO_LIMITS,
  metricIntervalMs: 10_000,
  metricTimeoutMs: 10_000,
  temporality: 'cumulative',
  propagators: { tracecontext: true },
};

/** Reads every OTEL variable that the contract names. With OTEL_SDK_DISABLED nothing is exported or judged. */
export function readEnvironment(env: Environment): EnvironmentReading {
  const reader = new Reader(env);
  if (reader.boolean('OTEL_SDK_DISABLED')) {
    return { settings: SILENT, problems: reader.problems, warnings: [] };
  }
  reader.refuse('OTEL_CONFIG_FILE', 'is not supported; use the OTEL variables');
  const metricIntervalMs = reader.milliseconds('OTEL_METRIC_EXPORT_INTERVAL') ?? SILENT.metricIntervalMs;
  const metricTimeoutMs = reader.milliseconds('OTEL_METRIC_EXPORT_TIMEOUT') ?? metricIntervalMs;
  const settings: TelemetrySettings = {
    ...SILENT,
    ...readSignals(reader),
    resource: readResource(reader),
    sampler: readSampler(reader),
    spanLimits: readLimits(reader, 'SPAN'),
    logLimits: readLimits(reader, 'LOGRECORD'),
    metricIntervalMs,
    metricTimeoutMs: Math.min(metricTimeoutMs, metricIntervalMs),
    temporality:
      reader.word('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', [
        'cumulative',
        'delta',
        'lowmemory',
      ]) ?? SILENT.temporality,
    propagators: readPropagators(reader),
  };
  return { settings, problems: reader.problems, warnings: listWarnings(env) };
}

function readSignals(reader: Reader): Partial<Record<Signal, Endpoint>> {
  const found: Partial<Record<Signal, Endpoint>> = {};
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    const endpoint = readEndpoint(reader, signal);
    if (endpoint !== undefined) found[signal] = endpoint;
  }
  return found;
}

function readEndpoint(reader: Reader, signal: Signal): Endpoint | undefined {
  const upper = signal.toUpperCase();
  if (reader.word(`OTEL_${upper}_EXPORTER`, ['otlp', 'none']) === 'none') return undefined;
  const own = `OTEL_EXPORTER_OTLP_${upper}_`;
  const all = 'OTEL_EXPORTER_OTLP_';
  // A signal's own endpoint is taken as it is; to the common one the signal's path is added.
  const common = reader.url(`${all}ENDPOINT`);
  const url = reader.url(`${own}ENDPOINT`) ?? (common && `${common.replace(/\/$/, '')}/v1/${signal}`);
  const protocol = reader.protocol(`${own}PROTOCOL`) ?? reader.protocol(`${all}PROTOCOL`) ?? 'http/protobuf';
  const headers = { ...reader.pairs(`${all}HEADERS`), ...reader.pairs(`${own}HEADERS`) };
  const words = ['gzip', 'none'] as const;
  const compression =
    reader.word(`${own}COMPRESSION`, words) ?? reader.word(`${all}COMPRESSION`, words) ?? 'none';
  const timeoutMs = reader.milliseconds(`${own}TIMEOUT`) ?? reader.milliseconds(`${all}TIMEOUT`) ?? 10_000;
  return url === undefined ? undefined : { url, protocol, headers, compression, timeoutMs };
}

function readResource(reader: Reader): Readonly<Record<string, string>> {
  const name = reader.text('OTEL_SERVICE_NAME');
  const pairs = reader.pairs('OTEL_RESOURCE_ATTRIBUTES');
  return name === undefined ? pairs : { ...pairs, 'service.name': name };
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

function readSampler(reader: Reader): SamplerSettings {
  const name = reader.word('OTEL_TRACES_SAMPLER', SAMPLERS) ?? 'always_on';
  const parentBased = name.startsWith('parentbased_');
  if (name.endsWith('always_on')) return { ratio: 1, parentBased };
  if (name.endsWith('always_off')) return { ratio: 0, parentBased };
  return { ratio: reader.ratio('OTEL_TRACES_SAMPLER_ARG') ?? 1, parentBased };
}

function readLimits(reader: Reader, kind: 'SPAN' | 'LOGRECORD'): Limits {
  const count = reader.count(`OTEL_${kind}_ATTRIBUTE_COUNT_LIMIT`);
  const length = reader.count(`OTEL_${kind}_ATTRIBUTE_VALUE_LENGTH_LIMIT`);
  const countMax = count ?? reader.count('OTEL_ATTRIBUTE_COUNT_LIMIT');
  const valueLengthMax = length ?? reader.count('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT');
  if (countMax === undefined && valueLengthMax === undefined) return NO_LIMITS;
  return {
    countMax: countMax ?? NO_LIMITS.countMax,
    valueLengthMax: valueLengthMax ?? NO_LIMITS.valueLengthMax,
  };
}

function readPropagators(reader: Reader): TelemetrySettings['propagators'] {
  const names = reader.words('OTEL_PROPAGATORS', ['tracecontext', 'baggage', 'none']);
  if (names === undefined) return SILENT.propagators;
  // `baggage` is accepted and changes nothing: the header passes untouched in any case.
  return { tracecontext: names.includes('tracecontext') && !names.includes('none') };
}

function listWarnings(env: Environment): readonly string[] {
  const idle = Object.keys(env).filter((key) => /^OTEL_(BSP|BLRP)_/.test(key) && env[key]?.trim());
  if (idle.length === 0) return [];
  return [
    `${idle.sort().join(', ')}: without effect, because batches do not go through the SDK's batch processors`,
  ];
}

/** Reads single variables. An empty one counts as not set (specification, "Parsing empty value"). */
class Reader {
  readonly #env: Environment;
  readonly #problems = new Map<string, Problem>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** One problem a variable, though several signals read the same one. */
  get problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  text(key: string): string | undefined {
    const value = this.#env[key]?.trim();
    return value === '' ? undefined : value;
  }

  refuse(key: string, message: string): void {
    if (this.text(key) !== undefined) this.#problems.set(key, { key, message });
  }

  boolean(key: string): boolean {
    const value = this.text(key)?.toLowerCase();
    if (value !== undefined && value !== 'true' && value !== 'false') this.#wrong(key, 'true or false');
    return value === 'true';
  }

  word<W extends string>(key: string, words: readonly W[]): W | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const word = words.find((one) => one === value.toLowerCase());
    return word ?? this.#wrong(key, `one of ${words.join(', ')}`);
  }

  words<W extends string>(key: string, words: readonly W[]): readonly W[] | undefined {
    const values = this.text(key)
      ?.split(',')
      .map((value) => value.trim());
    if (values === undefined) return undefined;
    const known = words.filter((word) => values.includes(word));
    const foreign = values.find((value) => !words.some((word) => word === value));
    return foreign === undefined ? known : this.#wrong(key, `a list of ${words.join(', ')}`);
  }

  protocol(key: string): Protocol | undefined {
    if (this.text(key)?.toLowerCase() === 'grpc') {
      this.refuse(key, 'grpc is not supported; use http/protobuf or http/json');
      return undefined;
    }
    return this.word(key, ['http/protobuf', 'http/json']);
  }

  url(key: string): string | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return value;
    return this.#wrong(key, 'a URL beginning with http:// or https://');
  }

  milliseconds(key: string): number | undefined {
    const value = this.#number(key);
    if (value === undefined || (Number.isInteger(value) && value > 0 && value < 2 ** 31)) return value;
    return this.#wrong(key, 'a number of milliseconds above 0');
  }

  count(key: string): number | undefined {
    const value = this.#number(key);
    if (value === undefined || (Number.isInteger(value) && value >= 0)) return value;
    return this.#wrong(key, 'a whole number');
  }

  ratio(key: string): number | undefined {
    const value = this.#number(key);
    if (value === undefined || (value >= 0 && value <= 1)) return value;
    return this.#wrong(key, 'a number from 0 to 1');
  }

  /** `key=value,key2=value2`, percent-encoded (W3C Baggage without properties). */
  pairs(key: string): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const part of this.text(key)?.split(',') ?? []) {
      if (part.trim() === '') continue;
      const at = part.indexOf('=');
      const name = decodePercent(part.slice(0, at).trim());
      const value = decodePercent(part.slice(at + 1).trim());
      if (at < 1 || name === undefined || name === '' || value === undefined) {
        this.#wrong(key, 'a list of key=value, percent-encoded, parted by commas');
        continue;
      }
      found[name] = value;
    }
    return found;
  }

  #number(key: string): number | undefined {
    const value = this.text(key);
    // `Number` alone would read `0x10` and, of a value that only looks empty, 0.
    return value === undefined
      ? undefined
      : /^[-+]?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value)
        ? Number(value)
        : Number.NaN;
  }

  #wrong(key: string, wanted: string): undefined {
    // A header list may hold a secret, so no message repeats the value.
    this.#problems.set(key, { key, message: `must be ${wanted}` });
    return undefined;
  }
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
