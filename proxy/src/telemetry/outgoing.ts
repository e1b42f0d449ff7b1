/**
 * One signal's way out: how its exporter is fed. Protobuf is packed by us and goes to the exporter as bytes; JSON
 * is made by the exporter, from our records as it reads them. Imports no OpenTelemetry: exporters are handed in.
 */
import { createListPacker, type Packer } from './batches.ts';
import { createDelivery, type Delivery, type DeliverySettings, type Verdict } from './delivery.ts';
import type { Endpoint } from './environment.ts';
import type { WriteItem } from './otlp.ts';
import { type ExportOutcome, judgeResult } from './verdict.ts';

/** One signal on its way; `V` is what its exporter takes. */
export interface Outgoing<V> {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly bounds: DeliverySettings;
  readonly isJson: boolean;
  readonly exporter: { export(items: V[], done: (result: ExportOutcome) => void): void };
  /** Hears of what is lost: reason, how many, and a sentence for the log. */
  readonly report: (reason: string, count: number, detail: string) => void;
}

/** Where items of one signal are offered. Only one that takes bytes takes items that write themselves. */
export type Outlet<T> =
  | { readonly form: 'bytes'; readonly delivery: Delivery<T | WriteItem> }
  | { readonly form: 'records'; readonly delivery: Delivery<T> };

/** Starts delivery: `packer` makes bytes of items, `view` what the exporter's own serialiser reads. */
export function startDelivery<T, V>(
  signal: Outgoing<V>,
  packer: Packer<T | WriteItem, Uint8Array>,
  view: (item: T) => V,
): Outlet<T> {
  const { name, endpoint, bounds, exporter, report } = signal;
  const onLost = (reason: string, count: number): void =>
    report(`${name}_${reason}`, count, `${count} items of ${name} for ${endpoint.url}`);
  leaveRetriesToUs(exporter);
  const sendBytes = signal.isJson ? undefined : openToBytes(exporter);
  if (sendBytes !== undefined) {
    return { form: 'bytes', delivery: createDelivery(bounds, { packer, send: sendBytes, onLost }) };
  }
  const delivery = createDelivery<T, readonly T[]>(bounds, {
    packer: createListPacker<T>(),
    send: (items, done) => exporter.export(items.map(view), (result) => done(judgeResult(result))),
    onLost,
  });
  return { form: 'records', delivery };
}

/** What the exporters' transports answer, as far as it is read here. */
interface TransportAnswer {
  readonly status: string;
  readonly retryInMillis?: number;
  readonly error?: Error;
}
interface Transport {
  send(data: Uint8Array, timeoutMs: number): Promise<TransportAnswer>;
}

/**
 * Takes out the exporter's own retries: they stop after five and keep to themselves how long the receiver asked to
 * wait. Delivery retries for as long as it takes. As below, what is not found where it was is left as it is.
 */
function leaveRetriesToUs(exporter: object): void {
  const delegate: unknown = Reflect.get(exporter, '_delegate');
  const retrying: unknown = isObject(delegate) ? Reflect.get(delegate, '_transport') : undefined;
  const plain: unknown = isObject(retrying) ? Reflect.get(retrying, '_transport') : undefined;
  if (!isObject(delegate) || !isTransport(plain)) return;
  Reflect.set(delegate, '_transport', {
    async send(data: Uint8Array, timeoutMs: number): Promise<TransportAnswer> {
      const answer = await plain.send(data, timeoutMs);
      if (answer.status !== 'retryable') return answer;
      const error = answer.error ?? new Error('the receiver asks to try again');
      return { ...answer, error: Object.assign(error, { retryAfterMs: answer.retryInMillis }) };
    },
    shutdown() {},
  });
}

function isTransport(value: unknown): value is Transport {
  return isObject(value) && typeof Reflect.get(value, 'send') === 'function';
}

type SendBytes = (bytes: Uint8Array, done: (verdict: Verdict) => void) => void;

/**
 * Lets a protobuf exporter take requests that are encoded already: its own serialiser costs more than all the rest
 * of a request's observation (docs/performance.md). The exporter goes on to compress, send, retry and judge. Where
 * the serialiser is kept is a private field: versions are pinned, a test holds this exchange, and where the field
 * is not found nothing is changed and the caller hands over spans and records instead.
 */
function openToBytes(exporter: {
  export(items: never[], done: (result: ExportOutcome) => void): void;
}): SendBytes | undefined {
  const delegate: unknown = Reflect.get(exporter, '_delegate');
  const serializer: unknown = isObject(delegate) ? Reflect.get(delegate, '_serializer') : undefined;
  if (!isObject(delegate) || !isObject(serializer) || !('deserializeResponse' in serializer))
    return undefined;
  Reflect.set(delegate, '_serializer', {
    serializeRequest: (parcels: readonly Uint8Array[]) => parcels[0],
    deserializeResponse: serializer.deserializeResponse,
  });
  return (bytes, done) => exporter.export([bytes as never], (result) => done(judgeResult(result)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
