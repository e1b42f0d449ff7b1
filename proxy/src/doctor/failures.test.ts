/** Each way in which nobody answers, made for real where a test can make it. */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listening, listenOn } from '../../../test/support/listenOn.ts';
import { explainFailure } from './failures.ts';
import { ask } from './request.ts';

let listening: Listening | undefined;
afterEach(async () => {
  await listening?.close();
  listening = undefined;
});

async function why(address: string, timeoutMs = 4_000): Promise<string> {
  const asked = await ask(new URL(address), { method: 'OPTIONS', timeoutMs });
  if ('answer' in asked) throw new Error(`answered with ${asked.answer.status}`);
  return explainFailure(asked.failure, '127.0.0.1').found;
}

describe('nobody answers', () => {
  it('where nothing listens', async () => {
    listening = await listenOn(createServer());
    const { origin } = listening;
    await listening.close();
    expect(await why(origin)).toBe('nothing listens there');
    // Two addresses, and one error that holds both of theirs.
    expect(await why(origin.replace('127.0.0.1', 'localhost'))).toBe('nothing listens there');
  });

  it.each([
    { does: 'closes the connection', answer: undefined, says: 'closed the connection without an answer' },
    // What a port of gRPC sends first (RFC 9113 §3.4).
    { does: 'speaks HTTP/2', answer: Buffer.from('0000120400000000000003', 'hex'), says: 'not in HTTP/1.1' },
    {
      does: 'speaks something else',
      answer: Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'),
      says: 'not in HTTP/1.1',
    },
  ])('where somebody $does', async ({ answer, says }) => {
    listening = await listenOn(
      createServer((socket) => {
        socket.once('data', () => (answer === undefined ? socket.destroy() : socket.end(answer)));
      }),
    );
    expect(await why(listening.origin)).toContain(says);
  });

  it('where somebody takes the connection and says nothing', async () => {
    listening = await listenOn(createServer(() => {}));
    expect(await why(listening.origin, 300)).toBe('no answer in time');
  });

  it('where one side speaks TLS and the other does not', async () => {
    listening = await listenOn(createHttpServer());
    expect(await why(listening.origin.replace('http:', 'https:'))).toContain('does not speak TLS');
    await listening.close();
    listening = await listenOn(createTlsServer({}));
    expect(await why(listening.origin.replace('http:', 'https:'))).toContain('does not speak TLS');
  });
});

it.each([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('%s is told in words about the certificate', (code) => {
  const { found, advice } = explainFailure({ code, message: 'as OpenSSL puts it' }, 'mcp.example.com');
  expect(found).toContain('certificate');
  expect(advice).not.toBe('');
});

it('only what is on loopback may be meant to be somewhere else in a container', () => {
  const advise = (host: string) => explainFailure({ code: 'ECONNREFUSED', message: '' }, host).advice;
  expect(advise('[::1]')).toContain('host.docker.internal');
  expect(advise('mcp.example.com')).not.toContain('container');
});

it('what nobody knows is told as it is', () => {
  expect(explainFailure({ code: 'EWHAT', message: 'what EWHAT' }, 'a').found).toBe('what EWHAT');
  expect(explainFailure({ code: 'toString', message: '' }, 'a').found).toBe('toString');
});
