/** An observer that remembers what it concluded, and questions that tests ask of it. For tests only. */
import type { Event, PlainEvent, RecordedEvent, RequestEvent } from '../observation/event.ts';
import type { EndHow, Frame } from '../observation/frame.ts';
import { Observer } from '../observation/observer.ts';
import type { ObserverSettings } from '../observation/settings.ts';
import { anEnd, aResponse, type RequestBuilder, SETTINGS, T0 } from './frames.ts';

export class Watch {
  readonly observer: Observer;
  readonly events: Event[] = [];

  constructor(settings: Partial<ObserverSettings> = {}) {
    this.observer = new Observer({ ...SETTINGS, ...settings });
  }

  take(...frames: readonly Frame[]): this {
    for (const frame of frames) this.events.push(...this.observer.take(frame));
    return this;
  }

  /** A whole exchange: the request, the head of a JSON answer 1 ms later, its body 1 ms after that. */
  exchange(
    request: RequestBuilder,
    answer: { status?: number; body?: unknown; headers?: Record<string, string>; how?: EndHow } = {},
  ): this {
    const frame = request.build();
    const ms = (frame.atUs - T0) / 1000;
    const headers = { 'content-type': 'application/json', ...answer.headers };
    return this.take(
      frame,
      aResponse(frame.exchange, ms + 1, answer.status ?? 200, headers),
      anEnd(frame.exchange, ms + 2, answer.how ?? 'complete', answer.body),
    );
  }

  recorded(): RecordedEvent[] {
    return this.events.filter((event) => event.kind !== 'traffic');
  }

  requests(): RequestEvent[] {
    return this.events.filter((event): event is RequestEvent => event.kind === 'sightline.request');
  }

  ofKind(kind: PlainEvent['kind'] | 'sightline.session' | 'sightline.loss'): RecordedEvent[] {
    return this.recorded().filter((event) => event.kind === kind);
  }

  /** `method outcome origin` of every request, in the order they ended. */
  outcomes(): string[] {
    return this.requests().map(({ attributes }) =>
      [attributes['mcp.method.name'], attributes['sightline.outcome'], attributes['sightline.outcome.origin']]
        .filter((part) => part !== undefined)
        .join(' '),
    );
  }

  /** `stage reason count` of every loss told. */
  losses(): string[] {
    return this.ofKind('sightline.loss').map(
      ({ attributes }) =>
        `${attributes['sightline.loss.stage']} ${attributes['sightline.loss.reason']} ${attributes['sightline.loss.count']}`,
    );
  }
}

/** What holds of every run of events, whatever the traffic: the empty list when all of it does. */
export function brokenPromises(events: readonly Event[]): string[] {
  const broken: string[] = [];
  const numbers = new Map<string, number>();
  const ids = new Set<string>();
  let last = 0n;
  for (const event of events) {
    if (event.kind === 'traffic') continue;
    const { attributes } = event;
    const time = BigInt(event.timeNs);
    if (time <= last) broken.push(`time ${time} does not follow ${last}`);
    last = time;
    const id = attributes['sightline.event.id'];
    if (id !== undefined) {
      if (ids.has(id)) broken.push(`id ${id} twice`);
      ids.add(id);
      if (id.at(-1) !== event.bucket) broken.push(`id ${id} is not of bucket ${event.bucket}`);
    }
    const session = attributes['sightline.session.id'];
    const number = attributes['sightline.event.number'];
    if (session !== undefined && number !== undefined) {
      if (number !== (numbers.get(session) ?? 0) + 1) broken.push(`number ${number} in ${session}`);
      numbers.set(session, number);
    }
    const total = attributes['sightline.duration'];
    if (total !== undefined && total < 0) broken.push(`a duration of ${total} s`);
    if (attributes['sightline.outcome'] === 'ok' && attributes['sightline.outcome.origin'] !== undefined) {
      broken.push('ok is nobody’s doing');
    }
    const bytes = Buffer.byteLength(JSON.stringify(attributes));
    if (bytes > 16_384) broken.push(`${event.kind} of ${bytes} bytes`);
    if (event.kind === 'sightline.request') {
      if (event.server.endUs < event.server.startUs) broken.push('a span that ends before it starts');
      for (const client of event.clients)
        if (client.endUs < client.startUs) broken.push('a CLIENT span that ends before it starts');
    }
  }
  return broken;
}
