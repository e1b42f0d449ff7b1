/**
 * Where scenarios play: it hands out connected clients, keeps them between two scenarios as a real program
 * would, and forgets one whose connection failed. Every connection is closed when the stage is cleared.
 */
import { type Connection, connectClient, type DemoClientName } from './clients.ts';
import type { Pace } from './pace.ts';
import { connectRawClient, type RawClient } from './rawClient.ts';

export interface Stage {
  readonly pace: Pace;
  /** The connected client of that name, connecting it first when there is none. */
  get(name: DemoClientName): Promise<Connection['client']>;
  /** Ends that client's session by DELETE; the next `get` begins another. */
  end(name: DemoClientName): Promise<void>;
  /** A new session of a client without an SDK. */
  openRaw(name: string, protocolVersion: string): Promise<RawClient>;
  /** Drops that client after a fault, so that the next scenario starts afresh. */
  forget(name: DemoClientName): Promise<void>;
  clear(): Promise<void>;
}

/** A stage whose clients connect to `url`. */
export function setStage(url: URL, pace: Pace): Stage {
  // Promises, so that two scenarios that want the same client at once share one connection.
  const connections = new Map<DemoClientName, Promise<Connection>>();
  const part = async (name: DemoClientName, how: 'end' | 'leave'): Promise<void> => {
    const connection = connections.get(name);
    connections.delete(name);
    await (await connection)?.[how]();
  };
  return {
    pace,
    get: async (name) => {
      const connection = connections.get(name) ?? connectClient(name, url, pace);
      connections.set(name, connection);
      return (await connection).client;
    },
    end: (name) => part(name, 'end'),
    openRaw: (name, protocolVersion) => connectRawClient(name, protocolVersion, url, pace),
    forget: (name) => part(name, 'leave'),
    clear: async () => {
      await Promise.allSettled([...connections.keys()].map((name) => part(name, 'leave')));
    },
  };
}
