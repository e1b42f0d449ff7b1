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
  const connections = new Map<DemoClientName, Connection>();
  const take = (name: DemoClientName): Connection | undefined => {
    const connection = connections.get(name);
    connections.delete(name);
    return connection;
  };
  return {
    pace,
    get: async (name) => {
      const connection = connections.get(name) ?? (await connectClient(name, url, pace));
      connections.set(name, connection);
      return connection.client;
    },
    end: async (name) => {
      await take(name)?.end();
    },
    openRaw: (name, protocolVersion) => connectRawClient(name, protocolVersion, url, pace),
    forget: async (name) => {
      await take(name)?.leave();
    },
    clear: async () => {
      await Promise.allSettled([...connections.values()].map((connection) => connection.leave()));
      connections.clear();
    },
  };
}
