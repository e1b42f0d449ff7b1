/**
 * One signal's way out: how its exporter is fed. Protobuf is packed by us and goes to the exporter as bytes; JSON
 * is made by the exporter, from our records as it reads them. Imports no OpenTelemetry: exporters are handed in.
 */
import {
  createDelivery,
  createListPacker,
  type Delivery,
  type DeliverySettings,
  type Packer,
  type Verdict,
} from './delivery.ts';
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
  const sendBytes = signal.isJson ? undefined : openToBytes(exporter);
  if (sendBytes !== undefined) {
    return {
      form: 'bytes',
      delivery: createDelivery(bounds, { packer, send: sendBytes, onLost, now: Date.now }),
    };
  }
  const delivery = createDelivery(bounds, {
    packer: createListPacker<T>(),
    send: (items, done) => exporter.export(items.map(view), (result) => done(judgeResult(result))),
    onLost,
    now: Date.now,
  });
  return { form: 'records', delivery };
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
