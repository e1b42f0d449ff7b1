/**
 * What runs before any measuring: each variant must give, for each fixture, byte for byte the answer that the
 * upstream gives, and the receiver must get exactly the records and spans of those requests. A variant that fails
 * here is not measured: its numbers would be those of a proxy that does something else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  endpointPath,
  firstId,
  fixtureNames,
  initializeBody,
  initializedBody,
  protocolVersion,
  replyBody,
  requestBody,
  streamEvents,
} from './fixtures.ts';
import type { ReceiverCount } from './receiverProgram.ts';
import type { Variant } from './variants.ts';

export type ReadCount = () => Promise<ReceiverCount>;

const callsEach = 3;
const deliveryWithinMs = 15_000;
/** How long nothing may come where nothing is to come. */
const silenceMs = 1_500;

/** Everything that is wrong with a running variant; empty when it may be measured. */
export async function findFaults(
  variant: Variant,
  port: number,
  readCount: ReadCount,
): Promise<readonly string[]> {
  const before = await readCount();
  const faults = await checkAnswers(port);
  const requests = 1 + fixtureNames.length * callsEach;
  return [...faults, ...(await checkDelivery(variant, requests, before, readCount))];
}

async function checkAnswers(port: number): Promise<readonly string[]> {
  const faults: string[] = [];
  const opened = await post(port, initializeBody(1), {});
  const session = opened.headers.get('mcp-session-id');
  if (opened.status !== 200 || session === null) return [`initialize was answered with ${opened.status}`];
  const headers = { 'mcp-session-id': session, 'mcp-protocol-version': protocolVersion };
  const accepted = await post(port, initializedBody, headers);
  if (accepted.status !== 202 || accepted.text !== '') faults.push('initialized was not accepted as it is');
  for (const [index, fixture] of fixtureNames.entries()) {
    for (let call = 0; call < callsEach; call += 1) {
      const id = firstId + index * callsEach + call;
      const answer = await post(port, requestBody(fixture, id), headers);
      const type = fixture === 'stream' ? 'text/event-stream' : 'application/json';
      if (answer.status !== 200) faults.push(`${fixture}: status ${answer.status}`);
      else if (answer.headers.get('content-type') !== type) faults.push(`${fixture}: another content type`);
      else if (answer.text !== replyBody(fixture, id)) faults.push(`${fixture}: another body`);
    }
  }
  return faults;
}

async function checkDelivery(
  variant: Variant,
  requests: number,
  before: ReceiverCount,
  readCount: ReadCount,
): Promise<readonly string[]> {
  if (variant.exports === undefined) {
    if (variant.flags !== undefined) await sleep(silenceMs);
    const after = await readCount();
    return after.posts === before.posts ? [] : ['something is exported'];
  }
  const { payloads } = variant.exports;
  const notifications = 1 + callsEach * (streamEvents - 1);
  const wanted = {
    requests,
    // A SERVER span and its CLIENT child.
    spans: 2 * requests,
    // Both bodies of a request and that of a notification; without capture one empty record each, on which
    // travels what only details show.
    payloads: (payloads ? 2 * requests : requests) + notifications,
  };
  const got = await waitForCount(
    readCount,
    (count) => requestRecords(count) - requestRecords(before) >= requests,
  );
  const counted = {
    requests: requestRecords(got) - requestRecords(before),
    spans: got.spans - before.spans,
    payloads: (got.records['sightline.payload'] ?? 0) - (before.records['sightline.payload'] ?? 0),
  };
  const faults = (['requests', 'spans', 'payloads'] as const)
    .filter((what) => counted[what] !== wanted[what])
    .map((what) => `${counted[what]} ${what} were exported instead of ${wanted[what]}`);
  return [...faults, ...got.failures];
}

export function requestRecords(count: ReceiverCount): number {
  return count.records['sightline.request'] ?? 0;
}

/** Polls until `enough`, then once more after a moment for what follows, at most for the delivery's patience. */
export async function waitForCount(
  readCount: ReadCount,
  enough: (count: ReceiverCount) => boolean,
): Promise<ReceiverCount> {
  const untilMs = performance.now() + deliveryWithinMs;
  while (!enough(await readCount()) && performance.now() < untilMs) await sleep(50);
  for (let last = await readCount(); ; ) {
    await sleep(250);
    const now = await readCount();
    if (now.spans === last.spans && sum(now.records) === sum(last.records)) return now;
    if (performance.now() > untilMs) return now;
    last = now;
  }
}

function sum(records: Readonly<Record<string, number>>): number {
  return Object.values(records).reduce((total, each) => total + each, 0);
}

async function post(
  port: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${endpointPath}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      // The pool of fetch must keep no connection to a proxy that is about to end.
      connection: 'close',
      ...headers,
    },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
