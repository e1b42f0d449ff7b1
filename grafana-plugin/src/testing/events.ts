/** Events of sessions for tests: made by hand, or those that recorded traffic folds to. */
import { readFileSync } from 'node:fs';
import { apiNameOf, type EventItem, type SessionItem } from 'sightline/contract';

/** Unix milliseconds at which every session made here begins. */
export const START = 1_795_168_800_000;

/** Makes the events of one session one after the other, numbered and with identities of their own. */
export class SessionMaker {
  #number = 0;

  /** A request that began `at` milliseconds after the start and took `ms`. */
  call(at: number, ms: number, more: Partial<EventItem> = {}): EventItem {
    return this.#event('sightline.request', at + ms, {
      startTime: START + at,
      mcpMethodName: 'tools/call',
      genAiToolName: 'search_products',
      direction: 'client_to_server',
      operationId: `op ${this.#number + 1}`,
      outcome: 'ok',
      resultType: 'complete',
      duration: ms / 1000,
      upstreamDuration: (ms * 0.9) / 1000,
      proxyDuration: (ms * 0.1) / 1000,
      ...more,
    });
  }

  /** A request that was still open `at` milliseconds after the start, and had been for `ms`. */
  waiting(at: number, ms: number, more: Partial<EventItem> = {}): EventItem {
    return this.#event('sightline.request.waiting', at, {
      mcpMethodName: 'tools/call',
      operationId: `op ${this.#number + 1}`,
      duration: ms / 1000,
      ...more,
    });
  }

  notification(at: number, more: Partial<EventItem> = {}): EventItem {
    return this.#event('sightline.notification', at, {
      mcpMethodName: 'notifications/progress',
      direction: 'server_to_client',
      ...more,
    });
  }

  of(name: string, at: number, more: Partial<EventItem> = {}): EventItem {
    return this.#event(name, at, more);
  }

  #event(eventName: string, at: number, more: Partial<EventItem>): EventItem {
    this.#number += 1;
    const time = START + at;
    return {
      sequence: this.#number,
      eventNumber: this.#number,
      eventId: `event ${this.#number}`,
      eventName,
      sessionId: 'session',
      time,
      startTime: time,
      timeUnixNano: `${BigInt(Math.round(time * 1000)) * 1000n}`,
      ...more,
    };
  }
}

export function aSession(more: Partial<SessionItem> = {}): SessionItem {
  return {
    sessionId: 'bb152ad2a7fbdf1b5b35ce76',
    sessionSource: 'protocol',
    sessionConfidence: 'certain',
    sessionStarted: START,
    sessionLastActivity: START + 16_000,
    sessionDuration: 16,
    sessionStatus: 'open',
    serverName: 'shop',
    active: true,
    tools: [],
    ...more,
  };
}

interface Golden {
  readonly kind: string;
  readonly timeNs: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly server?: { readonly startUs: number; readonly traceId: string; readonly spanId: string };
}

/** The events of a recorded story (`test/stories`), as the read API gives them, in the order of writing. */
export function storyEvents(name: string): readonly EventItem[] {
  const file = new URL(`../../../test/stories/${name}/events.jsonl`, import.meta.url);
  const golden = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Golden);
  return golden
    .filter(({ attributes }) => attributes['sightline.record'] === 'event')
    .map(({ timeNs, attributes, server }, index) => {
      const time = Number(timeNs.slice(0, -3)) / 1000;
      const named = Object.entries(attributes).map(([key, value]) => [apiNameOf(key), value] as const);
      return {
        ...Object.fromEntries(named),
        sequence: index + 1,
        time,
        startTime: server ? server.startUs / 1000 : time,
        timeUnixNano: timeNs,
      };
    });
}
