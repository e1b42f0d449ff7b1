/** The native stack for a suite: on free ports, in a directory of its own, stopped and removed at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { findStack } from '../../scripts/stack/build.ts';
import { findFreePorts } from '../../scripts/stack/ports.ts';
import { type Stack, startStack } from '../../scripts/stack/stack.ts';
import { type RunningProxy, startProxy } from '../support/peersProxy.ts';

const binaries = findStack();

/** Why the suites that need the programs cannot run; undefined when they can. Printed once where it is asked. */
export function whyNoStack(): string | undefined {
  if (typeof binaries !== 'string') return undefined;
  console.warn(`skipped: ${binaries}`);
  return binaries;
}

export interface Rig {
  readonly stack: Stack;
  /** A directory that lasts as long as the rig: for the state of proxies. */
  folder(name: string): string;
  close(): Promise<void>;
}

export async function startRig(): Promise<Rig> {
  if (typeof binaries === 'string') throw new Error(binaries);
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-stack-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const stack = await startStack({ binaries, ports: await findFreePorts(), folder, retentionDays: 30 });
    return {
      stack,
      folder: (name) => path.join(folder, 'proxies', name),
      close: async () => {
        await stack.stopAll();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** What the proxies of a state directory have recorded, oldest first, as their own archive tells it. */
export async function readArchive(stateDir: string): Promise<readonly EventDetail[]> {
  // A proxy without traffic and without a collector, only to read what was written before it.
  const reader = await startProxy('http://127.0.0.1:9/mcp', { stateDir });
  try {
    const page = await pageOf(reader);
    const answer = await fetch(`${page}/api/v1/export?format=ndjson`);
    if (!answer.ok) throw new Error(`${answer.status} to the export: ${await answer.text()}`);
    const lines = (await answer.text()).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as EventDetail);
  } finally {
    await reader.stop();
  }
}

/** Where a proxy's page answers, once it says so. */
export async function pageOf(proxy: RunningProxy): Promise<string> {
  await proxy.says(/^ *page +http/);
  const page = /^ *page +(http:\/\/\S+?)\/? /m.exec(proxy.output())?.[1];
  if (page === undefined) throw new Error(`no page in:\n${proxy.output()}`);
  return page;
}
