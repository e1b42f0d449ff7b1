/**
 * What an event can be filtered and counted by, but for its session and its words of error. The rules of counting
 * are here once, for the file and for memory: what is a call, what is an error.
 */
import type { Attributes } from '../contract/index.ts';

export interface Traits {
  readonly server: string | undefined;
  readonly tool: string | undefined;
  readonly method: string | undefined;
  readonly client: string | undefined;
  /** Name of the record. */
  readonly type: string;
  /** '' without one. */
  readonly outcome: string;
  /** 0 without one. */
  readonly status: number;
  /** A request of a client. */
  readonly call: boolean;
  readonly toolCall: boolean;
  /** Of the group that the product calls errors: neither ok, cancelled nor a probe. */
  readonly error: boolean;
}

export function traitsOf(kind: string, attributes: Attributes): Traits {
  const outcome = attributes['sightline.outcome'] ?? '';
  const method = attributes['mcp.method.name'];
  const call = kind === 'sightline.request' && attributes['sightline.direction'] !== 'server_to_client';
  return {
    server: attributes['sightline.server.name'],
    tool: attributes['gen_ai.tool.name'],
    method,
    client: attributes['sightline.client.name'],
    type: kind,
    outcome,
    status: attributes['http.response.status_code'] ?? 0,
    call,
    toolCall: call && method === 'tools/call',
    error:
      outcome !== '' && outcome !== 'ok' && outcome !== 'cancelled' && attributes['sightline.probe'] !== true,
  };
}
