/**
 * The proxy between a server that answers every call and an OTLP receiver that may not: what was called, and what
 * of it arrived. Judges arrival as a reader of Loki and Tempo would: copies that are equal in every byte are one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Listening, listenOn } from './listenOn.ts';
import type { ReceivedRecord } from './otlpItems.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlpReceiver.ts';
import { type RunningProxy, startProxy } from './peersProxy.ts';

/** Batches that delivery has under way at once: how far one may be overtaken. */
const IN_FLIGHT = 4;
const SESSION = 'outbox-session';

export class OutboxRig {
  readonly stateDir = mkdtempSync(path.join(tmpdir(), 'sightline-outbox-'));
  receiver!: OtlpReceiver;
  proxy!: RunningProxy;
  readonly #upstream = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id: this.#calls, result: { content: [] } }));
    });
  });
  #listening!: Listening;
  #receiverPort = 0;
  #calls = 0;

  static async start(env: Readonly<Record<string, string>> = {}): Promise<OutboxRig> {
    const rig = new OutboxRig();
    rig.#listening = await listenOn(rig.#upstream);
    await rig.openReceiver();
    await rig.startProxy(env);
    return rig;
  }

  /** Opens the receiver, after `closeReceiver` again under the same address and with nothing in it. */
  async openReceiver(): Promise<void> {
    this.receiver = await startOtlpReceiver(this.#receiverPort);
    this.#receiverPort = Number(new URL(this.receiver.endpoint).port);
  }

  closeReceiver(): Promise<void> {
    return this.receiver.close();
  }

  async startProxy(env: Readonly<Record<string, string>> = {}, stateDir = this.stateDir): Promise<void> {
    this.proxy = await startProxy(`${this.#listening.origin}/mcp`, {
      stateDir,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#receiverPort}`,
        OTEL_METRICS_EXPORTER: 'none',
        ...env,
      },
    });
  }

  /**
   * Calls a tool so often, one call after the other, with arguments of so many bytes, and waits until the last one has
   * its line: it is kept then.
   */
  async call(times: number, tool = 'pay', ballast = 0): Promise<void> {
    for (let i = 0; i < times; i++) {
      this.#calls += 1;
      const answer = await fetch(this.proxy.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'mcp-session-id': SESSION },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: this.#calls,
          method: 'tools/call',
          params: {
            name: i === times - 1 ? `${tool}_${this.#calls}` : tool,
            arguments: { n: this.#calls, ballast: 'x'.repeat(ballast) },
          },
        }),
      });
      await answer.text();
    }
    await this.proxy.says(new RegExp(`tools/call ${tool}_${this.#calls}\\b`));
  }

  get calls(): number {
    return this.#calls;
  }

  /** The records as a reader sees them: copies that are equal in every byte once. */
  records(): ReceivedRecord[] {
    const seen = new Set<string>();
    return this.receiver.records.filter((record) => {
      const key = JSON.stringify([
        record.timeNs,
        record.body,
        record.attributes,
        record.from.resource.attributes,
      ]);
      return !seen.has(key) && seen.add(key);
    });
  }

  /** Ids of the calls that have a record, and of those that have a SERVER span; each as often as a reader sees it. */
  arrived(): { readonly records: number[]; readonly spans: number[] } {
    const requests = this.records().filter(({ eventName }) => eventName === 'sightline.request');
    const spans = new Map(this.receiver.spans.map((span) => [span.spanId, span]));
    const servers = [...spans.values()].filter(({ kind }) => kind === 'server');
    const idOf = ({ attributes }: { attributes: ReceivedRecord['attributes'] }) =>
      Number(attributes['jsonrpc.request.id']);
    return { records: requests.map(idOf).toSorted(byNumber), spans: servers.map(idOf).toSorted(byNumber) };
  }

  /** What is missing, doubled, or out of its place; nothing when all is as it should be. */
  faults(): string[] {
    const faults: string[] = [];
    const wanted = Array.from({ length: this.#calls }, (_, i) => i + 1).join();
    const { records, spans } = this.arrived();
    if (records.join() !== wanted) faults.push(`records of calls ${records}`);
    if (spans.join() !== wanted) faults.push(`spans of calls ${spans}`);
    const events = this.records().filter(
      ({ attributes }) => attributes['sightline.event.number'] !== undefined,
    );
    const numbers = events.map(({ attributes }) => Number(attributes['sightline.event.number']));
    const inOrder = numbers.toSorted(byNumber);
    if (inOrder.some((number, i) => number !== i + 1)) faults.push(`numbers ${inOrder}`);
    // Each call has the payload of its request and of its answer.
    const payloads = this.records().filter(({ eventName }) => eventName === 'sightline.payload');
    if (payloads.length !== this.#calls * 2) faults.push(`${payloads.length} payloads`);
    return [...faults, ...this.#misplaced(), ...this.receiver.violations()];
  }

  /** Batches of records whose request began after those of four that hold later events. */
  #misplaced(): string[] {
    const batches: { readonly begun: number; readonly firstNs: string }[] = [];
    let at = 0;
    for (const { signal, kept, begun } of this.receiver.requests) {
      if (signal !== 'logs' || kept === 0) continue;
      batches.push({ begun, firstNs: this.receiver.records[at]?.timeNs ?? '' });
      at += kept;
    }
    return batches.flatMap(({ begun, firstNs }) => {
      const overtaken = batches.filter((other) => other.begun < begun && other.firstNs > firstNs).length;
      return overtaken < IN_FLIGHT ? [] : [`the batch from ${firstNs} was overtaken by ${overtaken}`];
    });
  }

  /** Waits until every call has arrived in both signals. */
  async settle(timeoutMs = 30_000): Promise<void> {
    const isThere = (): boolean => {
      const { records, spans } = this.arrived();
      return new Set(records).size === this.#calls && new Set(spans).size === this.#calls;
    };
    await this.receiver.waitFor(`${this.#calls} calls`, isThere, timeoutMs);
  }

  async close(): Promise<void> {
    await this.proxy.kill();
    await this.receiver.close();
    await this.#listening.close();
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}
