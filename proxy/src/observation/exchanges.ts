/**
 * One HTTP exchange from its request to its end: reads bodies and stream events into messages, and says how what was
 * never answered ended, by what became of the exchange that carried it.
 */
import type { Attributes } from '../contract/index.ts';
import { type Message, type ResponseMessage, readMessages } from '../mcp/jsonrpc.ts';
import { cutText, methodRow, NAME_LENGTH_MAX } from '../mcp/methods.ts';
import { isModernRevision } from '../mcp/revision.ts';
import { parseTraceparent } from '../mcp/traceContext.ts';
import { ADDRESS_EVIDENCE, rankEvidence } from '../session/evidence.ts';
import { exchangeAttributes } from './attributes.ts';
import { finish, joinHandshake, statusLine } from './ending.ts';
import type { Fold } from './fold.ts';
import type { BodySighting, EndFrame, RequestFrame, ResponseFrame, SseFrame, UnixMicros } from './frame.ts';
import { placeOf } from './journal.ts';
import { finishAnswered, sessionOf, takeFromClient, takeFromUpstream } from './messages.ts';
import { claimsOf } from './opening.ts';
import { decideAnswer, type Ending, endWithout, OK } from './outcome.ts';
import { endSession } from './sessions.ts';
import type { Exchange, OpenRequest } from './state.ts';

export function takeRequest(fold: Fold, frame: RequestFrame): void {
  const address = fold.addresses.get(addressKey(frame.server, frame.path, frame.query));
  const header = frame.headers['mcp-session-id'];
  const protocolId = header ?? address;
  const reading = readBody(fold, frame.body);
  const before = fold.exchanges.get(frame.exchange);
  if (before) {
    fold.forget(before);
    fold.losses.add('observation', 'exchanges', 1, fold.nowUs);
  }
  const exchange: Exchange = {
    id: frame.exchange,
    request: frame.body ? { ...frame, body: { bytes: frame.body.bytes } } : frame,
    server: frame.server,
    ...(protocolId !== undefined && { protocolId }),
    announced: header === undefined && address !== undefined,
    requests: [],
    strays: [],
    ...(reading.problem !== undefined && { bodyProblem: reading.problem }),
    ...(reading.problem !== undefined &&
      frame.body && {
        bodyPayload: fold.redactor.payload('request', frame.body.text ?? '', frame.body.bytes),
      }),
    stream: false,
    resumable: false,
    unread: false,
  };
  fold.exchanges.set(frame.exchange, exchange);
  takeFromClient(fold, exchange, reading.messages);
}

export function takeResponse(fold: Fold, exchange: Exchange, frame: ResponseFrame): void {
  exchange.response = frame;
  if (frame.proxy || frame.status >= 300) return;
  exchange.stream = (frame.headers['content-type'] ?? '').toLowerCase().startsWith('text/event-stream');
  const protocolId = frame.headers['mcp-session-id'];
  // A client may still send the id of a session that is gone: the one in the answer counts.
  const handshake = exchange.requests.find((request) => request.method === 'initialize');
  if (handshake && protocolId && protocolId !== exchange.protocolId)
    joinHandshake(fold, handshake, protocolId);
  if (exchange.request.method === 'GET' && exchange.protocolId !== undefined) {
    exchange.joined = joinExchange(fold, exchange);
    if (exchange.request.headers['last-event-id'] !== undefined && exchange.joined && !exchange.resumes) {
      exchange.joined.session.own.resumedStreams += 1;
      exchange.resumes = true;
    }
  }
}

export function takeSse(fold: Fold, exchange: Exchange, frame: SseFrame): void {
  if (frame.id) exchange.resumable = true;
  const { data } = frame;
  if (!data) return;
  if (data.problem) {
    exchange.unread = true;
    return;
  }
  if (frame.event === 'endpoint' && exchange.request.method === 'GET') {
    announce(fold, exchange, data.text ?? '');
    return;
  }
  if (!data.text) return;
  const crossing = { receivedUs: frame.receivedUs, passedUs: frame.atUs };
  takeFromUpstream(fold, exchange, readBody(fold, data).messages, crossing);
}

export function takeEnd(fold: Fold, exchange: Exchange, frame: EndFrame): void {
  fold.exchanges.delete(exchange.id);
  const receivedUs = frame.receivedUs ?? frame.atUs;
  const answer = exchange.response?.proxy ? { messages: [] } : readBody(fold, frame.body);
  const crossing = { receivedUs, passedUs: frame.atUs };
  takeFromUpstream(fold, exchange, answer.messages, crossing);
  answerRest(fold, exchange, answer.messages, crossing);
  for (const request of exchange.requests) {
    const [carrier] = request.carriers;
    if (!request.done && carrier) carrier.endUs = receivedUs;
  }
  for (const request of exchange.requests) {
    if (!request.done) endOrKeep(fold, request, frame, answer.problem);
  }
  for (const request of exchange.strays) {
    finish(fold, request, { ending: endWithout('unanswered', 'client'), endUs: frame.atUs });
  }
  if (exchange.resumes && exchange.joined) extendResumption(fold, exchange, frame.atUs);
  if (exchange.requests.length === 0) writeExchange(fold, exchange, frame, answer.messages);
  writeTraffic(fold, exchange, frame);
  endSessionOf(fold, exchange, frame);
}

/** Messages of a body, or why there are none. No body is no problem. */
function readBody(
  fold: Fold,
  body: BodySighting | undefined,
): { readonly messages: readonly Message[]; readonly problem?: string } {
  if (!body) return { messages: [] };
  if (body.problem) return { messages: [], problem: body.problem };
  const reading = readMessages(body.text ?? '', body.bytes, fold.settings.inspectDepthMax);
  return reading.ok ? { messages: reading.messages } : { messages: [], problem: reading.problem };
}

/** A batch refused whole: an error without id answers every request that is left. */
function answerRest(
  fold: Fold,
  exchange: Exchange,
  messages: readonly Message[],
  crossing: { receivedUs: UnixMicros; passedUs: UnixMicros },
): void {
  const status = exchange.response?.status ?? 200;
  const refusal = messages.find(
    (message): message is ResponseMessage => message.shape === 'response' && message.id === undefined,
  );
  if (!refusal || status < 400) return;
  for (const request of exchange.requests) {
    if (!request.done) finishAnswered(fold, request, refusal, { ...crossing, status });
  }
}

/** A request whose exchange is over without its answer: it ends now, or stays open where its answer may still come. */
function endOrKeep(fold: Fold, request: OpenRequest, frame: EndFrame, problem: string | undefined): void {
  const { exchange } = request;
  const { response } = exchange;
  const status = response?.status;
  const answered = frame.how === 'complete' || response?.proxy !== undefined;
  const body = frame.body?.text ? { text: frame.body.text, bytes: frame.body.bytes } : undefined;
  if (answered && response && (response.proxy || response.status >= 400)) {
    finish(fold, request, {
      ending: decideAnswer({
        direction: 'client_to_server',
        status: response.status,
        ...(response.proxy && { proxy: response.proxy.answer }),
      }),
      endUs: frame.atUs,
      ...(frame.receivedUs !== undefined && { answeredUs: frame.receivedUs }),
      ...(body && { body }),
      message: response.proxy?.message ?? statusLine(response.status, body?.text),
    });
    return;
  }
  // 2024-11-05: the POST is only the way in, the answer comes on the session's own stream.
  if (exchange.announced && answered && request.openKey !== undefined) return;
  const lapse = endWithoutAnswer(request, frame);
  // An answer that is too large to look into, or in an unknown coding, was still an answer.
  const unreadable =
    exchange.unread || problem === 'oversized' || problem === 'coding' || problem === 'too_deep';
  if (frame.how === 'complete' && unreadable && lapse.outcome !== 'ok') {
    finish(fold, request, {
      ending: OK,
      endUs: frame.atUs,
      ...(frame.receivedUs !== undefined && { answeredUs: frame.receivedUs }),
    });
    if (request.joined) request.joined.session.own.tally.incomplete = true;
    return;
  }
  if (exchange.resumable && !request.modern && lapse.outcome !== 'ok' && frame.how !== 'shutdown') {
    request.lapse = lapse;
    request.resumeByUs = frame.atUs + fold.settings.resumeWindowUs;
    return;
  }
  finish(fold, request, {
    ending: lapse,
    endUs: frame.atUs,
    // A login page where JSON was due: what it says is what its author needs.
    ...(body && { body }),
    message: lapseMessage(lapse, status, problem),
  });
}

function endWithoutAnswer(request: OpenRequest, frame: EndFrame): Ending {
  const longLived = methodRow(request.method)?.longLived === true;
  switch (frame.how) {
    case 'client_gone':
      if (longLived) return OK;
      return request.modern ? endWithout('cancelled', 'client') : endWithout('abandoned', 'client');
    case 'upstream_broke':
      return endWithout('interrupted', 'upstream');
    case 'complete':
      return longLived ? OK : endWithout('unanswered', 'upstream');
    case 'shutdown':
      return longLived ? OK : endWithout('unanswered', 'upstream');
  }
}

/** What an ending without an answer says in words. */
export function lapseMessage(ending: Ending, status?: number, problem?: string): string {
  switch (ending.outcome) {
    case 'cancelled':
    case 'abandoned':
      return 'the client disconnected before the answer';
    case 'interrupted':
      return 'the upstream broke off before the answer';
    default: {
      const why = problem === undefined || problem === 'empty' ? '' : `: ${problem.replaceAll('_', ' ')}`;
      return status === undefined
        ? 'the stream ended without an answer'
        : `HTTP ${status} ended without an answer${why}`;
    }
  }
}

/** While a resumed stream was open nothing lapsed; from its end on the window runs anew. */
function extendResumption(fold: Fold, exchange: Exchange, atUs: UnixMicros): void {
  const own = exchange.joined?.session.own;
  if (!own) return;
  own.resumedStreams -= 1;
  for (const request of own.open.list()) {
    if (request.resumeByUs !== undefined) request.resumeByUs = atUs + fold.settings.resumeWindowUs;
  }
}

/** An exchange in which no request could be recognised; accepted notifications and answers leave nothing. */
function writeExchange(fold: Fold, exchange: Exchange, frame: EndFrame, messages: readonly Message[]): void {
  const { method } = exchange.request;
  if (method === 'OPTIONS') return;
  const ending = endExchange(exchange, frame, messages);
  if (method === 'POST' && exchange.bodyProblem === undefined && ending.outcome === 'ok') return;
  const { request } = exchange;
  const totalUs = Math.max(0, frame.atUs - request.atUs);
  // A stream is the upstream's for as long as it is open, silent or not.
  const answeredUs = exchange.stream ? frame.atUs : (frame.receivedUs ?? frame.atUs);
  const upstreamUs = request.sentUs === undefined ? 0 : Math.max(0, answeredUs - request.sentUs);
  const message = exchangeMessage(exchange, ending, frame, messages);
  const attributes: Attributes = {
    ...exchangeAttributes(fold, exchange),
    'sightline.direction': 'client_to_server',
    'mcp.protocol.version': request.headers['mcp-protocol-version']?.slice(0, 32),
    'sightline.outcome': ending.outcome,
    'sightline.outcome.origin': ending.origin,
    'error.type': ending.errorType,
    'sightline.request.size': request.body?.bytes,
    'sightline.response.size': frame.body?.bytes,
    'sightline.duration': totalUs / 1e6,
    'sightline.upstream.duration': Math.min(totalUs, upstreamUs) / 1e6,
    'sightline.proxy.duration': Math.max(0, totalUs - upstreamUs) / 1e6,
    'sightline.error.message': message && fold.line(message, exchange),
  };
  const joined = sessionOf(fold, exchange);
  fold.journal.write('sightline.exchange', frame.atUs, placeOf(exchange, joined), attributes, {
    payloads: exchange.bodyPayload ? [exchange.bodyPayload] : [],
  });
}

function endExchange(exchange: Exchange, frame: EndFrame, messages: readonly Message[]): Ending {
  const { request, response } = exchange;
  const openStream = request.method === 'GET' && (response?.status ?? 200) < 300;
  if (frame.how === 'client_gone') return openStream ? OK : endWithout('abandoned', 'client');
  if (frame.how === 'upstream_broke') return endWithout('interrupted', 'upstream');
  if (frame.how === 'shutdown' || !response) return OK;
  if (response.status === 405 && (request.method === 'GET' || request.method === 'DELETE')) return OK;
  const error = messages.find((message) => message.shape === 'response')?.error;
  return decideAnswer({
    direction: 'client_to_server',
    status: response.status,
    ...(response.proxy && { proxy: response.proxy.answer }),
    ...(error && { error }),
  });
}

function exchangeMessage(
  exchange: Exchange,
  ending: Ending,
  frame: EndFrame,
  messages: readonly Message[],
): string | undefined {
  const problem = exchange.bodyProblem && `body ${exchange.bodyProblem.replaceAll('_', ' ')}`;
  if (ending.outcome === 'ok') return problem;
  const error = messages.find((message) => message.shape === 'response')?.error;
  const { response } = exchange;
  const reason =
    response?.proxy?.message ??
    error?.message ??
    (response && frame.how === 'complete'
      ? statusLine(response.status, frame.body?.text)
      : lapseMessage(ending));
  return problem ? `${problem}; ${reason}` : reason;
}

function writeTraffic(fold: Fold, exchange: Exchange, frame: EndFrame): void {
  const { request, response } = exchange;
  fold.journal.writeTraffic(
    {
      'sightline.server.name': exchange.server,
      'http.request.method': request.method,
      'http.response.status_code': response?.status,
      'sightline.client.country': request.client.country,
      'sightline.credential.kind': request.credential.kind,
    },
    frame.receivedBytes,
    frame.sentBytes,
  );
}

/** The ends of sessions that an exchange shows: DELETE, 404 to a known id, the end of a 2024-11-05 stream. */
function endSessionOf(fold: Fold, exchange: Exchange, frame: EndFrame): void {
  const status = exchange.response?.status;
  if (exchange.addressKey !== undefined) {
    fold.addresses.delete(exchange.addressKey);
    const session = exchange.joined?.session;
    if (session) {
      endSession(fold, session, 'closed', frame.atUs, (request) => {
        const ending = endWithoutAnswer(request, frame);
        return { ending, message: lapseMessage(ending) };
      });
    }
    return;
  }
  if (exchange.protocolId === undefined || exchange.response?.proxy || status === undefined) return;
  if (isModernRevision(exchange.request.headers['mcp-protocol-version'])) return;
  const deleted = exchange.request.method === 'DELETE' && status < 300;
  if (!deleted && status !== 404) return;
  // Only the session whose own id was sent: a trace or an address may lead to another one.
  const joined = sessionOf(fold, exchange);
  if (joined?.source === 'protocol') {
    endSession(fold, joined.session, deleted ? 'deleted' : 'expired', frame.atUs);
  }
}

/** Message addresses are kept by the thousand, and upstreams choose their length. In UTF-16 units. */
const ADDRESS_LENGTH_MAX = 2_048;

/** 2024-11-05: the first event of a stream names the address that its session's messages are posted to. */
function announce(fold: Fold, exchange: Exchange, data: string): void {
  // A stream has one address; whatever calls itself a second one must not take others' room.
  if (exchange.addressKey !== undefined) return;
  const { path } = exchange.request;
  let url: URL;
  try {
    url = new URL(data.trim(), `http://upstream${path}`);
  } catch {
    return;
  }
  // As in `http/route.ts`: what is longer is remembered nowhere.
  if (url.pathname.length + url.search.length > ADDRESS_LENGTH_MAX) return;
  const id = url.searchParams.get('sessionId') ?? url.searchParams.get('session_id');
  const value = id || `${ADDRESS_EVIDENCE}${url.pathname}${url.search}`;
  const key = addressKey(exchange.server, url.pathname, url.search.slice(1));
  fold.addresses.set(key, value);
  exchange.addressKey = key;
  const joined = fold.registry.resolve(
    exchange.server,
    [{ source: 'protocol', value }, identity(exchange)],
    fold.nowUs,
  );
  if (id) joined.session.protocolId ??= cutText(id, NAME_LENGTH_MAX);
  exchange.joined = joined;
}

function identity(exchange: Exchange) {
  const ranked = rankEvidence(claimsOf(exchange, {}, undefined));
  return ranked.at(-1) ?? { source: 'inferred' as const, value: '' };
}

function joinExchange(fold: Fold, exchange: Exchange) {
  const http = parseTraceparent(exchange.request.headers.traceparent);
  const evidence = rankEvidence(claimsOf(exchange, {}, http));
  return fold.registry.resolve(exchange.server, evidence, exchange.request.atUs);
}

function addressKey(server: string, path: string, query: string | undefined): string {
  return `${server}\0${path}?${query ?? ''}`;
}
