/** Loki's rows as records of the contract, slim lines and full labels alike. What is none of ours is nothing. */
import type { Attributes, EventItem, PayloadItem } from 'sightline/contract';
import { type Column, columnsOn, readLabels, typed, type Value } from './attributes.ts';
import type { Labels, LogRow } from './lokiFrames.ts';
import { readSlim, SLIM_COLUMNS, slimKindOf } from './slim.ts';

/** An event without its place in an order of arrival. */
export type EventFacts = Omit<EventItem, 'sequence'>;

/** A session's summary as one instance wrote it. */
export interface SummaryRecord {
  readonly timeNs: string;
  readonly sessionId: string;
  /** `service.instance.id`; '' when it is not said. */
  readonly instance: string;
  /** By attribute key. */
  readonly attributes: Attributes;
}

export interface LossRecord {
  readonly time: number;
  readonly stage: string;
  readonly reason: string;
  readonly count: number;
}

export interface PayloadRecord {
  readonly eventId: string;
  readonly payload: PayloadItem;
  /** What only details show, under the read API's names. */
  readonly detail: Readonly<Record<string, Value>>;
}

export type LokiRecord =
  | { readonly kind: 'event'; readonly event: EventFacts }
  | { readonly kind: 'session'; readonly summary: SummaryRecord }
  | { readonly kind: 'loss'; readonly loss: LossRecord }
  | { readonly kind: 'payload'; readonly payload: PayloadRecord };

const byName = ({ name }: Pick<Column, 'name'>) => name;
const byKey = ({ key }: Pick<Column, 'key'>) => key;
const ON_EVENT = SLIM_COLUMNS.event as unknown as readonly Column[];
const ON_SESSION = SLIM_COLUMNS.session as unknown as readonly Column[];
const ON_DETAIL = columnsOn('detail');
const ON_LOSS = columnsOn('loss');

/** The record of a row; undefined when it is none of ours, or lacks what makes it one. */
export function readRecord(row: LogRow): LokiRecord | undefined {
  const slim = slimKindOf(row.line);
  if (slim === 'event') return eventRecord(readSlim(row.line, 'event', byName), row.timeNs);
  if (slim === 'session') return sessionRecord(readSlim(row.line, 'session', byKey), row.timeNs);
  switch (row.labels['sightline_record']) {
    case 'event':
      return eventRecord(readLabels(row.labels, ON_EVENT, byName), row.timeNs);
    case 'session':
    case 'session_live':
      return sessionRecord(readLabels(row.labels, ON_SESSION, byKey), row.timeNs);
    case 'loss':
      return lossRecord(readLabels(row.labels, ON_LOSS, byKey), row.timeNs);
    case 'payload':
      return payloadRecord(row);
    default:
      return undefined;
  }
}

/** Milliseconds, down to the microsecond as everywhere in the read API. */
export function millisOf(timeNs: string): number {
  return Number(timeNs.slice(0, -6)) + Number(timeNs.slice(-6, -3)) / 1000;
}

function eventRecord(members: Record<string, Value>, timeNs: string): LokiRecord | undefined {
  if (typeof members['eventName'] !== 'string') return undefined;
  const time = millisOf(timeNs);
  const { duration } = members;
  const isRequest = members['eventName'] === 'sightline.request' && typeof duration === 'number';
  const startTime = isRequest ? Math.round((time - duration * 1000) * 1000) / 1000 : time;
  const { instance: _, ...event } = members;
  return { kind: 'event', event: { ...event, time, startTime, timeUnixNano: timeNs } as EventFacts };
}

function sessionRecord(values: Record<string, Value>, timeNs: string): LokiRecord | undefined {
  const { 'service.instance.id': instance = '', ...attributes } = values;
  const sessionId = attributes['sightline.session.id'];
  if (typeof sessionId !== 'string') return undefined;
  return { kind: 'session', summary: { timeNs, sessionId, instance: String(instance), attributes } };
}

function lossRecord(values: Record<string, Value>, timeNs: string): LokiRecord {
  const loss = {
    time: millisOf(timeNs),
    stage: String(values['sightline.loss.stage'] ?? ''),
    reason: String(values['sightline.loss.reason'] ?? ''),
    count: Number(values['sightline.loss.count'] ?? 0),
  };
  return { kind: 'loss', loss };
}

function payloadRecord({ labels, line }: LogRow): LokiRecord | undefined {
  const eventId = labels['sightline_event_id'];
  const part = labels['sightline_payload_part'];
  if (typeof eventId !== 'string' || (part !== 'request' && part !== 'response')) return undefined;
  const payload: PayloadItem = {
    part,
    text: line,
    size: numberOf(labels, 'sightline_payload_size'),
    truncated: labels['sightline_payload_truncated'] === 'true',
    redacted: numberOf(labels, 'sightline_payload_redacted'),
  };
  return { kind: 'payload', payload: { eventId, payload, detail: readLabels(labels, ON_DETAIL, byName) } };
}

function numberOf(labels: Labels, label: string): number {
  return Number(typed({ type: 'int' }, labels[label]) ?? 0);
}
