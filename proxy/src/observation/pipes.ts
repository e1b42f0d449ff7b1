/**
 * Wrapped processes: lines in, messages out. Its client's lines open requests and its server's lines answer them, as
 * over HTTP; what is different is that ids mean something for as long as the process runs, that nothing but a line
 * break delimits a message, and that the end of the process ends everything.
 */
import type { Attributes } from '../contract/index.ts';
import { type Message, readMessages } from '../mcp/jsonrpc.ts';
import { answerIdOf, endsOf } from '../mcp/lines.ts';
import { methodRow } from '../mcp/methods.ts';
import type { Joined } from '../session/registry.ts';
import { exchangeAttributes } from './attributes.ts';
import { BOUNDS } from './bounds.ts';
import { finish } from './ending.ts';
import type { Fold } from './fold.ts';
import type { ExitFrame, LineFrame, ProcessFrame, RequestFrame, UnixMicros } from './frame.ts';
import { placeOf } from './journal.ts';
import { sessionOf, takeFromClient, takeFromUpstream } from './messages.ts';
import { openKey } from './opening.ts';
import { OpenRequests } from './openRequests.ts';
import { type Ending, endWithout, OK } from './outcome.ts';
import { endSession } from './sessions.ts';
import type { Exchange, OpenRequest, Pipe, SessionState } from './state.ts';

export function takeProcess(fold: Fold, frame: ProcessFrame): void {
  const { bridged } = frame;
  const exchange: Exchange = exchangeOf(frame, frame.atUs, frame.atUs, bridged?.session);
  const pipe: Pipe = {
    exchange,
    process: frame.process,
    ...(bridged && { bridged: bridged.session === undefined ? 'shared' : 'session' }),
    open: new OpenRequests(),
    held: [],
    receivedBytes: 0,
    sentBytes: 0,
  };
  exchange.pipe = pipe;
  const before = fold.exchanges.get(frame.exchange);
  if (before) fold.forget(before);
  fold.exchanges.set(frame.exchange, exchange);
  fold.pipes.add(pipe);
}

export function takeOfProcess(fold: Fold, frame: LineFrame | ExitFrame): void {
  const pipe = fold.exchanges.get(frame.exchange)?.pipe;
  // Its beginning was evicted: that loss was counted.
  if (!pipe) return;
  if (frame.kind === 'exit') takeExit(fold, pipe, frame);
  else if (frame.from === 'client') takeClientLine(fold, pipe, frame);
  else if (frame.from === 'stdout') takeServerLine(fold, pipe, frame);
  else takeErrorLine(fold, pipe, frame);
}

/** Lines are missing: what was open may have been answered by one of them, so nothing is said of it. */
export function missLines(fold: Fold, pipe: Pipe): void {
  for (const request of pipe.open.list()) fold.giveUpOn(request);
  const joined = sessionOf(fold, pipe.exchange);
  if (joined) joined.session.own.tally.incomplete = true;
}

/** Everything about processes that the passing of time brings. */
export function tickPipes(fold: Fold, atUs: UnixMicros): void {
  for (const pipe of fold.pipes) {
    const [oldest] = pipe.held;
    if (oldest && isDue(fold, pipe, atUs - oldest.atUs)) release(fold, pipe);
    tellTraffic(fold, pipe);
  }
}

/** Whether held lines must wait no longer. A bridged process's session begins without a line of its own. */
function isDue(fold: Fold, pipe: Pipe, heldUs: UnixMicros): boolean {
  if (!pipe.bridged) return heldUs >= BOUNDS.heldLinesUs;
  return heldUs >= BOUNDS.heldLinesBridgedUs || sessionOf(fold, pipe.exchange) !== undefined;
}

/** A pipe knows neither caller nor address; what its lines have of a request frame is when they crossed. */
function exchangeOf(
  { exchange, server }: { readonly exchange: number; readonly server: string },
  atUs: UnixMicros,
  sentUs: UnixMicros,
  protocolId?: string,
): Exchange {
  const request: RequestFrame = {
    kind: 'request',
    exchange,
    atUs,
    sentUs,
    server,
    method: '',
    path: '',
    httpVersion: '',
    headers: {},
    client: { address: '' },
    credential: { kind: 'none' },
    traceparent: '',
  };
  return {
    id: exchange,
    request,
    server,
    ...(protocolId !== undefined && { protocolId }),
    announced: false,
    requests: [],
    strays: [],
    stream: false,
    resumable: false,
    unread: false,
  };
}

function takeClientLine(fold: Fold, pipe: Pipe, frame: LineFrame): void {
  pipe.receivedBytes += frame.line.bytes + 1;
  const exchange = exchangeOf(pipe.exchange.request, frame.receivedUs, frame.atUs);
  exchange.pipe = pipe;
  const { messages, problem } = readLine(fold, frame);
  if (problem !== undefined) writeUnread(fold, exchange, frame, problem);
  takeFromClient(fold, exchange, messages);
  const joined = exchange.joined ?? exchange.requests.find((request) => request.joined)?.joined;
  if (!joined) return;
  pipe.exchange.joined = joined;
  release(fold, pipe);
}

function takeServerLine(fold: Fold, pipe: Pipe, frame: LineFrame): void {
  pipe.sentBytes += frame.line.bytes + 1;
  const { messages, problem } = readLine(fold, frame);
  const crossing = { receivedUs: frame.receivedUs, passedUs: frame.atUs };
  takeFromUpstream(fold, pipe.exchange, messages, crossing);
  if (problem === undefined) return;
  if (problem !== 'oversized' && problem !== 'too_deep') {
    writeNoise(fold, pipe, frame, problem);
    return;
  }
  // Too large to be looked into, but an answer all the same.
  const id =
    frame.answers ?? (frame.line.text === undefined ? undefined : answerIdOf(endsOf(frame.line.text)));
  const request = id === undefined ? undefined : pipe.open.find(openKey('client_to_server', id));
  if (request) finish(fold, request, { ending: OK, endUs: frame.atUs, answeredUs: frame.receivedUs });
  else writeUnread(fold, pipe.exchange, frame, problem);
  const joined = request ? request.joined : sessionOf(fold, pipe.exchange);
  if (joined) joined.session.own.tally.incomplete = true;
}

function readLine(
  fold: Fold,
  { line }: LineFrame,
): { readonly messages: readonly Message[]; readonly problem?: string } {
  if (line.problem) return { messages: [], problem: line.problem };
  const reading = readMessages(line.text ?? '', line.bytes, fold.settings.inspectDepthMax);
  if (reading.ok) return { messages: reading.messages };
  // White space between messages says nothing, and harms nobody.
  return reading.problem === 'empty' ? { messages: [] } : { messages: [], problem: reading.problem };
}

/** A line that should have been a message, and in which none could be recognised. */
function writeUnread(fold: Fold, exchange: Exchange, frame: LineFrame, problem: string): void {
  const byClient = frame.from === 'client';
  const attributes: Attributes = {
    ...exchangeAttributes(fold, exchange),
    'sightline.direction': byClient ? 'client_to_server' : 'server_to_client',
    'sightline.outcome': 'ok',
    [byClient ? 'sightline.request.size' : 'sightline.response.size']: frame.line.bytes,
    'sightline.duration': 0,
    'sightline.upstream.duration': 0,
    'sightline.proxy.duration': 0,
    'sightline.error.message': `line ${problem.replaceAll('_', ' ')}`,
  };
  const part = byClient ? 'request' : 'response';
  fold.journal.write(
    'sightline.exchange',
    frame.atUs,
    placeOf(exchange, sessionOf(fold, exchange)),
    attributes,
    {
      payloads: [fold.payload(part, frame.line.text ?? '', frame.line.bytes, exchange)],
    },
  );
}

/** What a server prints where only messages may stand breaks many clients: it is told as a warning. */
function writeNoise(fold: Fold, pipe: Pipe, frame: LineFrame, problem: string): void {
  const words = problem === 'not_utf8' ? 'not UTF-8 on standard output' : 'not JSON-RPC on standard output';
  const { text } = frame.line;
  writeLog(fold, pipe, frame, {
    joined: sessionOf(fold, pipe.exchange),
    logger: 'stdout',
    level: 'warning',
    text: text === undefined ? words : `${words}: ${text}`,
  });
}

function takeErrorLine(fold: Fold, pipe: Pipe, frame: LineFrame): void {
  const joined = sessionOf(fold, pipe.exchange);
  if (joined || pipe.bridged === 'shared') {
    release(fold, pipe);
    writeErrorLine(fold, pipe, frame, joined);
    return;
  }
  // Most servers greet before their client has said a word; a process that only tells its era begins no session.
  pipe.held.push(frame);
  if (pipe.held.length > BOUNDS.heldLinesMax) release(fold, pipe);
}

/** Writes the held lines down, in the session that there is now, or in none. */
function release(fold: Fold, pipe: Pipe): void {
  const { held } = pipe;
  if (held.length === 0) return;
  pipe.held = [];
  const joined = sessionOf(fold, pipe.exchange);
  for (const frame of held) writeErrorLine(fold, pipe, frame, joined);
}

function writeErrorLine(
  fold: Fold,
  pipe: Pipe,
  frame: LineFrame,
  joined: Joined<SessionState> | undefined,
): void {
  const text =
    frame.line.text ?? `${frame.line.bytes} bytes: ${(frame.line.problem ?? '').replaceAll('_', ' ')}`;
  writeLog(fold, pipe, frame, { joined, logger: 'stderr', text });
}

interface LogLine {
  readonly joined: Joined<SessionState> | undefined;
  readonly logger: 'stdout' | 'stderr';
  /** Absent where nothing says how grave it is. */
  readonly level?: string;
  readonly text: string;
}

function writeLog(fold: Fold, { exchange }: Pipe, frame: LineFrame, log: LogLine): void {
  const attributes: Attributes = {
    'sightline.direction': 'server_to_client',
    'sightline.request.size': frame.line.bytes,
    'sightline.log.level': log.level,
    'sightline.log.logger': log.logger,
    'sightline.log.message': fold.line(log.text, exchange),
  };
  const { text, bytes } = frame.line;
  const isCut = text !== undefined && bytes > BOUNDS.messageBytesMax;
  fold.journal.write('sightline.server_log', frame.atUs, placeOf(exchange, log.joined), attributes, {
    payloads: isCut ? [fold.payload('request', text, bytes, exchange)] : [],
    ...(log.level !== undefined && { level: log.level }),
  });
}

function takeExit(fold: Fold, pipe: Pipe, frame: ExitFrame): void {
  const { exchange } = pipe;
  fold.exchanges.delete(exchange.id);
  fold.pipes.delete(pipe);
  release(fold, pipe);
  tellTraffic(fold, pipe);
  const last = sessionOf(fold, exchange);
  if (frame.how === 'lost') missLines(fold, pipe);
  const why = whyEnded(frame);
  for (const request of pipe.open.list()) {
    const ending = endingOf(request, frame);
    const message =
      frame.how === 'client_gone' ? 'the client left before the answer' : `${why} before the answer`;
    finish(fold, request, { ending, endUs: frame.atUs, message });
  }
  const evidence = [{ source: 'process' as const, value: pipe.process }];
  const ofProcess = pipe.bridged ? last : fold.registry.find(exchange.server, evidence);
  const bad = isBad(frame) ? why : undefined;
  if (ofProcess) {
    const reason = frame.how === 'lost' ? 'crashed' : 'process_exit';
    endSession(fold, ofProcess.session, reason, frame.atUs, undefined, bad && fold.line(bad, exchange));
    return;
  }
  if (bad === undefined) return;
  const attributes: Attributes = {
    'sightline.direction': 'server_to_client',
    'sightline.log.level': 'error',
    'sightline.log.message': fold.line(bad, exchange),
  };
  fold.journal.write('sightline.server_log', frame.atUs, placeOf(exchange, last), attributes, {
    level: 'error',
  });
}

function endingOf(request: OpenRequest, { how }: ExitFrame): Ending {
  if (methodRow(request.method)?.longLived) return OK;
  const byClient = request.direction === 'client_to_server';
  if (how === 'client_gone')
    return byClient ? endWithout('abandoned', 'client') : endWithout('unanswered', 'client');
  return byClient ? endWithout('unanswered', 'upstream') : endWithout('abandoned', 'upstream');
}

/** A process that its client has left may end as it likes. */
function isBad({ how, code, signal, failure }: ExitFrame): boolean {
  return how === 'server_gone' && (failure !== undefined || signal !== undefined || (code ?? 0) !== 0);
}

function whyEnded({ code, signal, failure }: ExitFrame): string {
  if (failure !== undefined) return `the server could not be started (${failure})`;
  if (signal !== undefined) return `the server was ended by ${signal}`;
  return code === undefined ? 'the server ended' : `the server ended with exit code ${code}`;
}

function tellTraffic(fold: Fold, pipe: Pipe): void {
  if (pipe.receivedBytes + pipe.sentBytes === 0) return;
  const attributes = { 'sightline.server.name': pipe.exchange.server };
  fold.journal.writeTraffic(attributes, pipe.receivedBytes, pipe.sentBytes);
  pipe.receivedBytes = 0;
  pipe.sentBytes = 0;
}
