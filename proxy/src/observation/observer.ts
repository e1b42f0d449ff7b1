/**
 * The fold: frames in, events out. Deterministic: no clock, no randomness, no I/O, no await; time and ids ride on
 * frames and on the seed, so any recorded traffic replays to the same events, on any thread.
 */

import { methodRow } from '../mcp/methods.ts';
import type { RememberedSession } from './archive.ts';
import { callerAttributes, openAttributes } from './attributes.ts';
import { finish } from './ending.ts';
import type { Census, Event } from './event.ts';
import { lapseMessage, takeEnd, takeRequest, takeResponse, takeSse } from './exchanges.ts';
import { Fold } from './fold.ts';
import type { Frame, UnixMicros } from './frame.ts';
import { placeOf } from './journal.ts';
import { takeMisdirection } from './misdirection.ts';
import { missLines, takeOfProcess, takeProcess, tickPipes } from './pipes.ts';
import { resume } from './resume.ts';
import { shutdown, tickSessions } from './sessions.ts';
import type { ObserverSettings } from './settings.ts';

export class Observer {
  readonly #fold: Fold;
  #lastTickUs: UnixMicros = 0;
  /** Sessions of an earlier run, until the first frame: their events are a burden after it. */
  #remembered: readonly RememberedSession[] | undefined;

  constructor({ remembered, ...settings }: ObserverSettings) {
    this.#fold = new Fold(settings);
    this.#remembered = remembered;
  }

  /**
   * Goes on from sessions of an earlier run that became known late: before the next frame. Those that are known have
   * numbers that follow theirs.
   */
  remember(sessions: readonly RememberedSession[]): void {
    this.#remembered = sessions;
  }

  /** Takes one frame; gives what could be concluded with it, in order. */
  take(frame: Frame): readonly Event[] {
    const fold = this.#fold;
    fold.nowUs = Math.max(fold.nowUs, frame.atUs);
    if (this.#remembered) {
      resume(fold, this.#remembered, frame.atUs);
      this.#remembered = undefined;
    }
    switch (frame.kind) {
      case 'request':
        takeRequest(fold, frame);
        break;
      case 'response':
      case 'sse':
      case 'end':
      case 'cut':
        this.#takeOfExchange(frame);
        break;
      case 'process':
        takeProcess(fold, frame);
        break;
      case 'line':
      case 'exit':
        takeOfProcess(fold, frame);
        break;
      case 'misdirection':
        takeMisdirection(fold, frame);
        break;
      case 'loss':
        fold.losses.add(frame.stage, frame.reason, frame.count, frame.atUs);
        break;
      case 'tick':
        this.#tick(frame.atUs);
        break;
      case 'shutdown':
        shutdown(fold, frame.atUs);
        this.#tellLosses(frame.atUs, true);
        break;
    }
    return fold.journal.drain();
  }

  /** Levels right now, for gauges. */
  census(): Census {
    const requestsActive = new Map<string, number>();
    const sessionsActive = new Map<string, number>();
    const waiting = new Map<string, { server: string; tool?: string; count: number }>();
    for (const server of this.#fold.servers.keys()) {
      requestsActive.set(server, 0);
      sessionsActive.set(server, 0);
    }
    for (const request of this.#fold.open.list()) {
      const { server } = request.exchange;
      requestsActive.set(server, (requestsActive.get(server) ?? 0) + 1);
      if (!request.waitingTold) continue;
      const name = request.target.tool;
      const tool = name === undefined ? undefined : this.#fold.labels.tool(server, name);
      const key = `${server}\0${tool ?? ''}`;
      const entry = waiting.get(key) ?? { server, ...(tool !== undefined && { tool }), count: 0 };
      entry.count += 1;
      waiting.set(key, entry);
    }
    for (const session of this.#fold.registry.sessions()) {
      if (session.ended !== undefined || !session.own.startedWritten) continue;
      sessionsActive.set(session.server, (sessionsActive.get(session.server) ?? 0) + 1);
    }
    return { requestsActive, sessionsActive, requestsWaiting: [...waiting.values()] };
  }

  #takeOfExchange(frame: Extract<Frame, { kind: 'response' | 'sse' | 'end' | 'cut' }>): void {
    const fold = this.#fold;
    const exchange = fold.exchanges.get(frame.exchange);
    // Its beginning was dropped or evicted: that loss was counted, and its rest means nothing by itself.
    if (!exchange) return;
    if (frame.kind === 'response') takeResponse(fold, exchange, frame);
    else if (frame.kind === 'sse') takeSse(fold, exchange, frame);
    else if (frame.kind === 'end') takeEnd(fold, exchange, frame);
    else if (exchange.pipe) missLines(fold, exchange.pipe);
    else {
      fold.exchanges.delete(exchange.id);
      fold.forget(exchange);
    }
  }

  #tick(atUs: UnixMicros): void {
    const fold = this.#fold;
    for (const request of fold.open.list()) {
      if (request.done) continue;
      const lapsed =
        request.resumeByUs !== undefined &&
        atUs >= request.resumeByUs &&
        (request.joined?.session.own.resumedStreams ?? 0) === 0;
      if (lapsed && request.lapse) {
        finish(fold, request, { ending: request.lapse, endUs: atUs, message: lapseMessage(request.lapse) });
        continue;
      }
      const waits = atUs - request.startUs >= fold.settings.unansweredAfterUs;
      if (!waits || request.waitingTold || methodRow(request.method)?.longLived) continue;
      request.waitingTold = true;
      const place = placeOf(request.exchange, request.joined);
      const attributes = openAttributes(request);
      attributes['sightline.duration'] = (atUs - request.startUs) / 1e6;
      Object.assign(attributes, callerAttributes(request.exchange));
      const { traceId, spanId } = request.span;
      fold.journal.write('sightline.request.waiting', atUs, place, attributes, { span: { traceId, spanId } });
    }
    tickPipes(fold, atUs);
    tickSessions(fold, atUs, this.#lastTickUs);
    this.#lastTickUs = atUs;
    this.#tellLosses(atUs, false);
  }

  #tellLosses(atUs: UnixMicros, force: boolean): void {
    for (const attributes of this.#fold.losses.due(atUs, force))
      this.#fold.journal.writeLoss(atUs, attributes);
  }
}
