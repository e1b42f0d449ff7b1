/**
 * MCP exchanges as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/): requests of clients and what else was
 * sent to the endpoint. Headers and cookies are never kept, so those lists are empty; everything else that is
 * known of the event stands under `_sightline`, as custom fields of HAR begin with an underscore.
 */
import type { EventDetail, PayloadItem } from '../contract/index.ts';

/** Sizes that are not known (HAR 1.2). */
const UNKNOWN = -1;

export function harBegin(version: string): string {
  const creator = { name: 'Sightline', version };
  return `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"entries":[`;
}

export const HAR_END = ']}}';

/** Undefined for what was no HTTP exchange of a client: notifications, logs, marks of sessions, the server's requests. */
export function toHarEntry(event: EventDetail, statusTextOf: (status: number) => string): object | undefined {
  const isRequest = event.eventName === 'sightline.request' && event.direction !== 'server_to_client';
  if (!isRequest && event.eventName !== 'sightline.exchange') return undefined;
  const { payloads, upstreamSpans: _spans, ...facts } = event;
  const httpVersion = `HTTP/${event.networkProtocolVersion ?? '1.1'}`;
  const status = event.httpResponseStatusCode ?? 0;
  const timings = toTimings(event);
  return {
    startedDateTime: toIso(event.startTime),
    time: timings.blocked + timings.send + timings.wait + timings.receive,
    request: {
      method: event.httpRequestMethod ?? 'POST',
      url: toUrl(event),
      httpVersion,
      cookies: [],
      headers: [],
      queryString: [],
      headersSize: UNKNOWN,
      bodySize: event.requestSize ?? UNKNOWN,
      ...toPostData(payloads.find(({ part }) => part === 'request')),
    },
    response: {
      status,
      statusText: statusTextOf(status),
      httpVersion,
      cookies: [],
      headers: [],
      content: toContent(payloads.find(({ part }) => part === 'response')),
      redirectURL: '',
      headersSize: UNKNOWN,
      bodySize: event.responseSize ?? UNKNOWN,
    },
    cache: {},
    timings,
    _sightline: facts,
  };
}

/** Milliseconds. What the proxy itself took stands as `blocked`, because HAR has no word for it. */
function toTimings(event: EventDetail): { blocked: number; send: number; wait: number; receive: number } {
  const upstream = (event.upstreamDuration ?? event.duration ?? 0) * 1_000;
  const first = event.upstreamFirstByte ?? event.upstreamSpans[0]?.upstreamFirstByte;
  const wait = first === undefined ? upstream : Math.min(first * 1_000, upstream);
  return { blocked: (event.proxyDuration ?? 0) * 1_000, send: 0, wait, receive: upstream - wait };
}

/** Where the upstream answered; its path where one was recorded. */
function toUrl(event: EventDetail): string {
  const span = event.upstreamSpans[0];
  const host = span?.serverAddress ?? event.serverName ?? 'unknown';
  const authority = host.includes(':') ? `[${host}]` : host;
  const port = span?.serverPort === undefined ? '' : `:${span.serverPort}`;
  const path = (event.urlPath ?? '/').replace(/^\/*/, '/');
  return URL.parse(`http://${authority}${port}${path}`)?.href ?? 'http://unknown/';
}

function toPostData(payload: PayloadItem | undefined): object {
  return payload?.text ? { postData: { mimeType: 'application/json', text: payload.text } } : {};
}

function toContent(payload: PayloadItem | undefined): object {
  const size = payload?.size ?? 0;
  return { size, mimeType: 'application/json', ...(payload?.text ? { text: payload.text } : {}) };
}

function toIso(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}
