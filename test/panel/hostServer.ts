/**
 * What stands behind the page that hosts the panel: its files, the built plugin as Grafana serves it, and the shim that
 * answers the page's data sources out of the real Loki and Tempo.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import type { LokiQuestion, TempoQuestion } from '../../grafana-plugin/src/data/ask.ts';
import type { PanelHost } from '../browser/panelShell.ts';
import { grafanaLoki, type LokiShape } from '../stack/grafanaLoki.ts';
import { grafanaTempo } from '../stack/grafanaTempo.ts';
import { listenOn } from '../support/listenOn.ts';

const DIST = path.join(import.meta.dirname, '../../grafana-plugin/dist');
const PLUGIN = '/public/plugins/sightline-mcpsessions-panel/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.map': 'application/json',
};

export interface Stores {
  readonly loki: string;
  readonly tempo: string;
}

export interface HostPlace extends Stores {
  /** The folder of the page, as `scripts/panel/host.ts` makes it. */
  readonly host: string;
}

export async function serveHostPages({ host, ...stores }: HostPlace): Promise<PanelHost> {
  const server = createServer((request, response) => {
    answer(request, response, host, stores).catch((error: unknown) => {
      response.writeHead(502, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  const { origin, close } = await listenOn(server);
  return {
    addressOf: async (given) =>
      new URL(`${origin}/?${new URLSearchParams({ given: JSON.stringify(given) })}`),
    close,
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  host: string,
  stores: Stores,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://host');
  if (pathname === '/shim') {
    const ending = new AbortController();
    response.on('close', () => ending.abort());
    const answered = await askStore(await json(request), stores, ending.signal);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
    return;
  }
  const file = pathname.startsWith(PLUGIN)
    ? path.join(DIST, pathname.slice(PLUGIN.length))
    : path.join(host, pathname === '/' ? 'index.html' : pathname.replace(/^\/host\//, '/'));
  if (!existsSync(file) || !statSync(file).isFile()) {
    // Fonts and pictures of Grafana's that no package brings; the page looks as well without.
    response.writeHead(pathname.startsWith('/public/') ? 204 : 404).end();
    return;
  }
  response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
}

/** One target of a request, as `grafana-plugin/host/services.ts` sends it. */
interface Asked {
  readonly type: 'loki' | 'tempo';
  readonly target: Readonly<Record<string, unknown>>;
  readonly from: number;
  readonly to: number;
  readonly lokiFrames: LokiShape;
}

async function askStore(given: unknown, { loki, tempo }: Stores, signal: AbortSignal) {
  const { type, target, from, to, lokiFrames } = given as Asked;
  if (type === 'loki') {
    const { expr, queryType, maxLines, direction, step } = target;
    const question = {
      kind: queryType ?? 'range',
      expr,
      from,
      to,
      limit: maxLines,
      direction,
      ...(typeof step === 'string' && { step: Number.parseInt(step, 10) }),
    } as LokiQuestion;
    return grafanaLoki(loki, lokiFrames)(question, signal);
  }
  const { query, queryType, limit, spss } = target;
  const kind = queryType === 'traceId' ? 'trace' : 'search';
  const question = { kind, query, from, to, limit, spansPerTrace: spss } as TempoQuestion;
  return grafanaTempo(tempo, 'browser')(question, signal);
}
