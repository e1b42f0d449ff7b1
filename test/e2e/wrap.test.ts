/** `sightline wrap` as a user types it: a client starts what stands in its file then, and finds its server as it was. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cleanEnv, StdioRig } from '../support/stdioRig.ts';

const PROGRAM = path.resolve('proxy/src/sightline.ts');
const EVERYTHING = path.resolve('node_modules/@modelcontextprotocol/server-everything/dist/index.js');

let rig: StdioRig;
beforeEach(() => {
  rig = new StdioRig();
});
afterEach(() => rig.close());

async function type(words: readonly string[]) {
  const talk = rig.start(process.execPath, words);
  talk.child.stdin?.end();
  const { code } = await talk.ended;
  return { code, out: talk.out.toString('utf8'), err: talk.err };
}

interface Entry {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

async function talkTo(entry: Entry): Promise<unknown> {
  const client = new Client({ name: 'peer', version: '1' });
  const env = { ...cleanEnv(), ...entry.env };
  await client.connect(new StdioClientTransport({ ...entry, env, stderr: 'ignore' }));
  const got = [
    client.getServerVersion(),
    await client.listTools(),
    await client.callTool({ name: 'echo', arguments: { message: 'wrapped' } }),
  ];
  await client.close();
  return got;
}

it('wraps a client’s file, whose server then answers as before and is seen under its name, and unwraps it', async () => {
  const file = path.join(rig.directory, 'mcp.json');
  const entry = { command: process.execPath, args: [EVERYTHING, 'stdio'], env: { NOTE: 'kept' } };
  writeFileSync(file, `${JSON.stringify({ mcpServers: { 'My Everything': entry } }, null, '\t')}\r\n`);
  const before = readFileSync(file);

  const wrapped = await type([PROGRAM, 'wrap', file, ...(await rig.options())]);
  expect([wrapped.code, wrapped.err]).toEqual([0, '']);
  expect(wrapped.out).toContain('wrapped   My Everything\n');
  expect(wrapped.out).not.toContain('kept');

  const now: Entry = JSON.parse(readFileSync(file, 'utf8')).mcpServers['My Everything'];
  expect([now.command, now.env]).toEqual([process.execPath, entry.env]);
  expect(now.args).not.toEqual(entry.args);
  expect(await talkTo(now)).toEqual(await talkTo(entry));
  await expect
    .poll(
      async () =>
        (await rig.events()).map((event) => `${event.serverName} ${event.genAiToolName} ${event.outcome}`),
      { timeout: 30_000 },
    )
    .toContain('my-everything echo ok');

  const back = await type([PROGRAM, 'unwrap', file]);
  expect([back.code, back.err]).toEqual([0, '']);
  expect(readFileSync(file).equals(before)).toBe(true);
});
