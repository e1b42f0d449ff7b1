/**
 * Turns conclusions into events: stamps them, numbers them within their session, gives them ids, and writes a
 * session's `started` just before its first event. The only place that makes events.
 */
import type { Attributes, RecordName } from '../contract/index.ts';
import { cutText, NAME_LENGTH_MAX } from '../mcp/methods.ts';
import { ADDRESS_EVIDENCE } from '../session/evidence.ts';
import { bucketOf, type Joined, type Session } from '../session/registry.ts';
import type { Event, Labels, Payload, PlainEvent, RequestEvent } from './event.ts';
import type { UnixMicros } from './frame.ts';
import type { IdSource } from './ids.ts';
import { Stamps } from './ids.ts';
import type { LabelBook } from './labels.ts';
import type { Exchange, SessionState } from './state.ts';

/** Where an event belongs: a session by some evidence, or only a server. */
export interface Place {
  readonly server: string;
  readonly joined?: Joined<SessionState> | undefined;
  /** The protocol's own id that the exchange carried, where it belongs to no session we know. */
  readonly protocolId?: string | undefined;
}

/** The place of what an exchange shows. */
export function placeOf(exchange: Exchange, joined: Joined<SessionState> | undefined): Place {
  const { server, protocolId } = exchange;
  return { server, joined, protocolId: protocolId?.startsWith(ADDRESS_EVIDENCE) ? undefined : protocolId };
}

type PlainKind = PlainEvent['kind'];
type PlainExtras = Partial<Pick<PlainEvent, 'span' | 'payloads' | 'ended' | 'level' | 'sessionDuration'>>;
type RequestParts = Omit<RequestEvent, 'kind' | 'timeNs' | 'bucket' | 'attributes' | 'labels'>;

export interface JournalSettings {
  /** Whether payload text is kept at all. */
  readonly capture: boolean;
  readonly hashSessionIds: boolean;
  /** Gives the hash that stands for a protocol session id. */
  readonly hash: (text: string) => string;
  /** The newest timestamp of an earlier run. */
  readonly afterNs?: string | undefined;
}

export class Journal {
  readonly #ids: IdSource;
  readonly #labels: LabelBook;
  readonly #settings: JournalSettings;
  readonly #stamps: Stamps;
  #events: Event[] = [];

  constructor(ids: IdSource, labels: LabelBook, settings: JournalSettings) {
    this.#ids = ids;
    this.#labels = labels;
    this.#settings = settings;
    this.#stamps = new Stamps(settings.afterNs);
  }

  /** What was written since the last call. */
  drain(): Event[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  writeRequest(atUs: UnixMicros, place: Place, attributes: Attributes, parts: RequestParts): void {
    const record = this.#record('sightline.request', atUs, place, attributes);
    record.attributes['sightline.payload.parts'] = this.#partsOf(parts.payloads);
    record.attributes['sightline.payload.truncated'] = parts.payloads.some((payload) => payload.truncated);
    const labels = this.#labelsOf(record.attributes, parts.ended?.tool);
    record.attributes['sightline.method.label'] = labels.method;
    record.attributes['sightline.tool.label'] = labels.tool;
    this.#events.push({ ...record, kind: 'sightline.request', labels, ...parts });
  }

  write(
    kind: PlainKind,
    atUs: UnixMicros,
    place: Place,
    attributes: Attributes,
    extras: PlainExtras = {},
  ): void {
    const record = this.#record(kind, atUs, place, attributes);
    const payloads = extras.payloads ?? [];
    if (payloads.length > 0) {
      record.attributes['sightline.payload.parts'] = this.#partsOf(payloads);
      record.attributes['sightline.payload.truncated'] = payloads.some((payload) => payload.truncated);
    }
    const labels = this.#labelsOf(record.attributes, extras.ended?.tool);
    this.#events.push({ ...record, kind, labels, ...extras, payloads });
  }

  writeSummary(atUs: UnixMicros, session: Session<SessionState>, record: 'session' | 'session_live'): void {
    const timeNs = this.#stamps.next(atUs);
    this.#events.push({
      kind: 'sightline.session',
      timeNs,
      bucket: session.bucket,
      attributes: {
        'event.name': 'sightline.session',
        'sightline.record': record,
        'sightline.bucket': session.bucket,
        ...sessionAttributes(session),
        'sightline.session.started': Math.floor(session.startedUs / 1000),
        'sightline.session.last_activity': Math.floor(session.lastUs / 1000),
        'sightline.session.duration': (session.lastUs - session.startedUs) / 1e6,
        'sightline.session.status': session.ended === undefined ? 'open' : 'ended',
        'mcp.session.id': this.#shownId(session.protocolId),
        ...session.own.tally.attributes(),
      },
    });
  }

  writeLoss(atUs: UnixMicros, attributes: Attributes): void {
    const timeNs = this.#stamps.next(atUs);
    const bucket = bucketOf(timeNs);
    this.#events.push({
      kind: 'sightline.loss',
      timeNs,
      bucket,
      attributes: {
        'event.name': 'sightline.loss',
        'sightline.record': 'loss',
        'sightline.bucket': bucket,
        ...attributes,
      },
    });
  }

  writeTraffic(attributes: Attributes, receivedBytes: number, sentBytes: number): void {
    this.#events.push({ kind: 'traffic', attributes, receivedBytes, sentBytes });
  }

  #record<K extends RecordName>(kind: K, atUs: UnixMicros, place: Place, attributes: Attributes) {
    const session = place.joined?.session;
    if (session) this.#touch(session, kind, atUs);
    const timeNs = this.#stamps.next(atUs);
    const bucket = session?.bucket ?? bucketOf(timeNs);
    // The bag is the caller's own fresh one; what it says of itself (a modern client's name) stands.
    attributes['event.name'] = kind;
    attributes['sightline.record'] = 'event';
    attributes['sightline.bucket'] = bucket;
    attributes['sightline.event.id'] = this.#ids.eventId(timeNs, bucket);
    attributes['sightline.server.name'] = place.server;
    if (place.joined && session) {
      attributes['sightline.event.number'] = session.own.number;
      attributes['sightline.session.id'] = session.id;
      attributes['sightline.session.source'] = place.joined.source;
      attributes['sightline.session.confidence'] = place.joined.confidence;
      attributes['sightline.client.name'] ??= session.clientName;
      attributes['sightline.client.version'] ??= session.clientVersion;
      attributes['mcp.protocol.version'] ??= session.protocolVersion;
    }
    const shownId = this.#shownId(session ? session.protocolId : place.protocolId);
    if (shownId !== undefined) attributes['mcp.session.id'] = shownId;
    return { timeNs, bucket, attributes };
  }

  /** The protocol's own session id as it may be written down. */
  #shownId(protocolId: string | undefined): string | undefined {
    if (protocolId === undefined) return undefined;
    const { hashSessionIds, hash } = this.#settings;
    return hashSessionIds ? hash(protocolId) : cutText(protocolId, NAME_LENGTH_MAX);
  }

  /** Counts an event in its session, writing the session's start first where this is the start. */
  #touch(session: Session<SessionState>, kind: RecordName, atUs: UnixMicros): void {
    const { own } = session;
    if (kind !== 'sightline.session.started' && kind !== 'sightline.session.ended') {
      if (session.ended !== undefined && own.reopens) {
        delete session.ended;
        own.startedWritten = false;
      }
      session.lastUs = Math.max(session.lastUs, atUs);
    }
    if (!own.startedWritten) {
      own.startedWritten = true;
      const joined = { session, source: session.source, confidence: session.confidence };
      this.write('sightline.session.started', atUs, { server: session.server, joined }, {});
    }
    own.number += 1;
    own.tally.events += 1;
    own.changedLive = true;
    own.changed = true;
  }

  #partsOf(payloads: readonly Payload[]): string {
    return payloads.length === 0 || !this.#settings.capture
      ? 'none'
      : payloads.map((payload) => payload.part).join(',');
  }

  #labelsOf(attributes: Attributes, endedTool: string | undefined): Labels {
    const server = attributes['sightline.server.name'] ?? '';
    const tool = attributes['gen_ai.tool.name'] ?? endedTool;
    const client = attributes['sightline.client.name'];
    const errorType = attributes['error.type'];
    return {
      method: this.#labels.method(attributes['mcp.method.name'] ?? ''),
      ...(tool !== undefined && { tool: this.#labels.tool(server, tool) }),
      ...(client !== undefined && { client: this.#labels.client(client) }),
      ...(errorType !== undefined && { errorType: this.#labels.errorType(errorType) }),
    };
  }
}

/** What every record of a session says of it. */
function sessionAttributes(session: Session<SessionState>): Attributes {
  return {
    'sightline.session.id': session.id,
    'sightline.session.source': session.source,
    'sightline.session.confidence': session.confidence,
    'sightline.server.name': session.server,
    'sightline.client.name': session.clientName,
    'sightline.client.version': session.clientVersion,
    'mcp.protocol.version': session.protocolVersion,
  };
}
