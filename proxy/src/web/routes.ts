/** From a path and its query to an answer: reads the parameters, asks whoever knows, writes what came back. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { About } from '../contract/index.ts';
import { ArchiveFault, type ArchiveReader, WrongCursor } from '../observation/archive.ts';
import { sendContent, sendJson, sendProblem } from './answer.ts';
import { READS, type ReadAnswer, type Reading, type ReadPath } from './api.ts';
import { EXPORTS_MAX, sendExport } from './export.ts';
import { FOLLOWERS_MAX, LiveFeed, type LiveFilter } from './live.ts';
import { type Match, PATHS } from './paths.ts';
import { type Refusal, refuse, toProblem } from './problem.ts';
import { readQuery } from './query.ts';

/** The archive open for reading, or why it is not. */
export type ArchiveAccess =
  | { readonly state: 'ok'; readonly reader: ArchiveReader }
  | { readonly state: 'off'; readonly reason: string; readonly advice: string };

export interface RouteDeps {
  readonly nowMs: () => number;
  readonly archive: () => ArchiveAccess;
  readonly about: () => Omit<About, 'version'>;
  /** What is not ready, by name, with the reason; empty when all is. */
  readonly unready: () => Readonly<Record<string, string>>;
  /** Own metrics in Prometheus text form; rejects with a sentence when they cannot be had. */
  readonly metrics: () => Promise<string>;
  /** A fault of our own; the server goes on. */
  readonly onFault: (code: string, error: unknown) => void;
}

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';
const LATER = { 'retry-after': '5' };

export class Routes {
  readonly live: LiveFeed;
  readonly #version: string;
  readonly #deps: RouteDeps;
  #exports = 0;

  constructor(version: string, deps: RouteDeps) {
    this.#version = version;
    this.#deps = deps;
    const reader = (): ArchiveReader | undefined => {
      const archive = deps.archive();
      return archive.state === 'ok' ? archive.reader : undefined;
    };
    this.live = new LiveFeed({ reader, onFault: deps.onFault });
  }

  /** Rejects only for faults of our own. */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    match: Match,
    query: string,
  ): Promise<void> {
    try {
      await this.#answer(request, response, match, query);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined || response.headersSent) throw error;
      sendProblem(request, response, refusal);
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    { name, id }: Match,
    query: string,
  ): Promise<void> {
    const nowMs = this.#deps.nowMs();
    const reading = readQuery(query, PATHS[name].parameters, nowMs);
    if ('fault' in reading) {
      const { parameter, detail } = reading.fault;
      sendProblem(request, response, wrongParameter(parameter, detail));
      return;
    }
    switch (name) {
      case 'healthz':
        return sendJson(request, response, { status: 'ok' });
      case 'readyz':
        return this.#sendReadiness(request, response);
      case 'metrics':
        return this.#sendMetrics(request, response);
      case 'about':
        return sendJson(request, response, {
          version: this.#version,
          ...this.#deps.about(),
        } satisfies About);
    }
    const archive = this.#deps.archive();
    if (archive.state === 'off') return sendProblem(request, response, tellOff(archive));
    const { reader } = archive;
    const { values } = reading;
    if (name === 'live') return this.#follow(request, response, reader, values);
    if (name === 'export') return this.#export(request, response, { reader, values, nowMs });
    const answer = read(name, { reader, values, id, nowMs });
    if ('refusal' in answer) sendProblem(request, response, answer.refusal);
    else sendJson(request, response, answer.body);
  }

  #sendReadiness(request: IncomingMessage, response: ServerResponse): void {
    const unready = this.#deps.unready();
    const ready = Object.keys(unready).length === 0;
    sendJson(request, response, { status: ready ? 'ready' : 'not ready', unready }, ready ? 200 : 503);
  }

  async #sendMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      sendContent(request, response, { status: 200, type: PROMETHEUS, body: await this.#deps.metrics() });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      sendProblem(request, response, refuse('busy', reason, LATER));
    }
  }

  #follow(
    request: IncomingMessage,
    response: ServerResponse,
    reader: ArchiveReader,
    values: LiveFilter & { readonly after?: number },
  ): void {
    const { after, ...filter } = values;
    // A browser that comes back asks the same address, and says here how far it got.
    const last = request.headers['last-event-id'];
    if (last !== undefined && !/^\d{1,15}$/.test(String(last))) {
      sendProblem(request, response, refuse('malformed', 'Last-Event-ID is no sequence of this stream'));
    } else if (this.live.size >= FOLLOWERS_MAX) {
      const detail = `${FOLLOWERS_MAX} live streams are open; close a page, or ask /api/v1/events?after= instead`;
      sendProblem(request, response, refuse('busy', detail, LATER));
    } else if (request.method === 'HEAD') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).end();
    } else this.live.follow(response, reader, filter, last === undefined ? after : Number(last));
  }

  async #export(
    request: IncomingMessage,
    response: ServerResponse,
    { reader, values, nowMs }: Pick<Reading<'export'>, 'reader' | 'values' | 'nowMs'>,
  ): Promise<void> {
    if (this.#exports >= EXPORTS_MAX) {
      const detail = `${EXPORTS_MAX} downloads are under way; try again when one has ended`;
      sendProblem(request, response, refuse('busy', detail, LATER));
      return;
    }
    const { format = 'json', ...filter } = values;
    this.#exports += 1;
    try {
      await sendExport(request, response, { reader, format, filter, version: this.#version, nowMs });
    } finally {
      this.#exports -= 1;
    }
  }
}

function read<Name extends ReadPath>(name: Name, reading: Reading<Name>): ReadAnswer {
  return READS[name](reading);
}

/** What an archive throws, as it is told to a reader; undefined for what it does not throw. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof WrongCursor) {
    return wrongParameter('cursor', `is ${error.message}; take next of the answer before`);
  }
  if (error instanceof ArchiveFault) {
    const advice = 'try again, and see what Sightline says in its terminal';
    return tellOff({ reason: error.message, advice });
  }
  return undefined;
}

function wrongParameter(parameter: string, detail: string): Refusal {
  return { problem: toProblem('parameter', `${parameter} ${detail}`, parameter) };
}

function tellOff({ reason, advice }: { readonly reason: string; readonly advice: string }): Refusal {
  return refuse('archive-off', `${reason.charAt(0).toUpperCase()}${reason.slice(1)}; ${advice}`, LATER);
}
