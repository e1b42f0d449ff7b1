/** `sightline doctor` as a user types it: what it finds, what it says to do, and that it changes nothing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../proxy/src/terminal/findings.ts';
import { type Listening, listenOn } from '../support/listenOn.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlpReceiver.ts';
import { OutboxRig } from '../support/outboxRig.ts';
import { runProgram } from '../support/runProgram.ts';

const PROGRAM = path.resolve('proxy/src/sightline.ts');

const sightline = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runProgram(PROGRAM, args, env);

let folder: string;
let stateDir: string;
let server: Listening;
let receiver: OtlpReceiver;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sightline-doctor-'));
  stateDir = path.join(folder, 'state');
  server = await listenOn(createServer((_request, response) => response.writeHead(405).end()));
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await server.close();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

async function examine(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const places = ['--listen=127.0.0.1:0', '--page-listen=127.0.0.1:0', `--state-dir=${stateDir}`];
  const own = places.filter((place) => !args.some((arg) => arg.split('=')[0] === place.split('=')[0]));
  const { code, out, err } = await sightline(['doctor', '--json', ...args, ...own], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    ...env,
  });
  const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
  return {
    code,
    err,
    findings,
    of: (check: string): Finding | undefined => findings.find((one) => one.check === check),
    problems: findings.filter(({ mark }) => mark === 'problem').map(({ check }) => check),
  };
}

describe('doctor', () => {
  it('finds nothing in the way of a start that would go well, and leaves nothing behind', async () => {
    const { code, err, findings, problems } = await examine([`${server.origin}/mcp`]);
    expect([code, err, problems]).toEqual([0, '', []]);
    expect(findings.map(({ check }) => check)).toEqual([
      'Node',
      'versions',
      'configuration',
      'proxy port',
      'page port',
      'state directory',
      'archive',
      'stdio collector',
      expect.stringMatching(/^server 127-0-0-1-/),
      'collector',
      'clock',
    ]);
    expect(readdirSync(folder)).toEqual([]);
    expect([receiver.spans, receiver.records, receiver.metrics]).toEqual([[], [], []]);
    expect(receiver.broken).toEqual([]);
  });

  it('says of everything at once what is wrong and what to do', async () => {
    writeFileSync(stateDir, 'a file where a directory should be');
    receiver.answer({ kind: 'status', status: 401 });
    const away = await listenOn(createServer());
    await away.close();
    const { code, problems, of } = await examine([
      `${away.origin}/mcp`,
      `--listen=${new URL(server.origin).host}`,
    ]);
    expect(code).toBe(1);
    expect(problems).toEqual([
      'proxy port',
      'state directory',
      expect.stringMatching(/^server /),
      'collector',
    ]);
    expect(of('proxy port')?.found).toContain('taken by another program');
    expect(of('proxy port')?.advice).toMatch(/--listen 127\.0\.0\.1:\d+, which is free/);
    expect(of('state directory')?.advice).toContain('--state-dir');
    expect(of('collector')?.advice).toContain('OTEL_EXPORTER_OTLP_HEADERS');
  });

  it.each([
    { args: ['--lisen=1', '--show=alll'], env: {}, keys: ['--lisen', '--show'] },
    { args: [], env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, keys: ['OTEL_EXPORTER_OTLP_PROTOCOL'] },
  ])('names every problem of the configuration, and ends with 2', async ({ args, env, keys }) => {
    const { code, findings } = await examine(args, env);
    expect(code).toBe(2);
    const told = findings.filter(({ check }) => check === 'configuration');
    expect(told.map(({ found }) => found.split(':')[0])).toEqual(keys);
    // What a start with it would need nobody can know.
    expect(findings.map(({ check }) => check)).not.toContain('archive');
  });

  it('never shows a credential of the file, and sends it only to its server', async () => {
    const seen: (string | undefined)[] = [];
    const guarded = await listenOn(
      createServer((request, response) => {
        seen.push(`${request.method} ${request.headers.authorization}`);
        response.writeHead(401).end();
      }),
    );
    const file = path.join(folder, 'mcp.json');
    const headers = { Authorization: 'Bearer s3cret-token' };
    writeFileSync(file, JSON.stringify({ mcpServers: { shop: { url: `${guarded.origin}/mcp`, headers } } }));
    const { code, findings, of } = await examine([`--config=${file}`]);
    await guarded.close();
    expect([code, of('server shop')?.mark, seen]).toEqual([0, 'ok', ['OPTIONS Bearer s3cret-token']]);
    expect(JSON.stringify(findings)).not.toContain('s3cret');
  });

  it('looks for the program of a server that is started by a command, and does not start it', async () => {
    const file = path.join(folder, 'mcp.json');
    const shop = {
      command: 'node',
      args: ['-e', `require('fs').writeFileSync(${JSON.stringify(stateDir)}, '')`],
    };
    const files = { command: 'no-such-program-of-anybody', args: [] };
    const notes = { command: folder, args: [] };
    const mail = { ...shop, cwd: stateDir };
    writeFileSync(file, JSON.stringify({ mcpServers: { shop, files, notes, mail } }));
    const { code, problems, of } = await examine([`--config=${file}`]);
    expect([code, of('server shop')?.mark]).toEqual([1, 'ok']);
    expect(problems).toEqual(['server files', 'server notes', 'server mail']);
    expect(of('server shop')?.found).toMatch(/^started by \/.*\/node, for each client$/);
    expect(of('server files')?.advice).toContain('PATH');
    expect(readdirSync(folder)).toEqual(['mcp.json']);
  });

  it('is calm text for a reader: aligned, without colours in a pipe, with what to do below', async () => {
    const args = ['doctor', `--state-dir=${stateDir}`, '--listen=127.0.0.1:0', '--page-listen=127.0.0.1:0'];
    const plain = await sightline(args);
    expect([plain.code, plain.err]).toEqual([0, '']);
    expect(plain.out).not.toContain('\u001b');
    expect(plain.out).toMatch(/^ {2}ok {7}Node {2,}\d/m);
    expect(plain.out).toMatch(/\n {2}(Nothing is in the way|\d warnings?)\.\n\n$/);
    expect((await sightline([...args, '--color=always'])).out).toContain('\u001b[32mok\u001b[0m');
    expect((await sightline(['doctor', '--help'])).out).toContain('doctor [options] [--json]');
  });
});

/** Every file of the directory with its bytes; the index beside a log is memory that happens to have a name. */
function contents(directory: string): Readonly<Record<string, string>> {
  const names = readdirSync(directory).filter((name) => !/-shm$|\.sock$/.test(name));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(path.join(directory, name)).toString('base64')]),
  );
}

describe('beside a Sightline', () => {
  let rig: OutboxRig;
  afterEach(() => rig.close());
  const portsOf = () => {
    const port = (pattern: RegExp): string => pattern.exec(rig.proxy.output())?.[1] ?? '';
    const host = /page +http:\/\/([^/ ]+)/;
    return [
      `--listen=${new URL(rig.proxy.url).host}`,
      `--page-listen=${port(host)}`,
      `--state-dir=${rig.stateDir}`,
    ];
  };

  it('that runs: its ports, archive and outbox are its own, and delivery is undisturbed', async () => {
    rig = await OutboxRig.start();
    await rig.call(5);
    await rig.settle();
    const { code, problems, of } = await examine([`${server.origin}/mcp`, ...portsOf()]);
    expect([code, problems]).toEqual([0, []]);
    expect(of('running')?.found).toMatch(
      /^Sightline \d+\.\d+\.\d+, page at http:\/\/127\.0\.0\.1:\d+\/, ready$/,
    );
    expect(of('proxy port')?.found).toContain('that of the Sightline that runs');
    expect(of('page port')?.found).toContain('that of the Sightline that runs');
    expect(of('archive')?.found).toMatch(/\d+ events, .*, sound, in use$/);
    await rig.call(5);
    await rig.settle();
    await rig.proxy.stop();
    expect(rig.faults()).toEqual([]);
  });

  it('that was killed while its collector was away: what waits is told, and nothing is touched', async () => {
    rig = await OutboxRig.start();
    await rig.call(2);
    await rig.settle();
    await rig.closeReceiver();
    await rig.call(5);
    await rig.proxy.kill();
    const before = contents(rig.stateDir);
    const { of } = await examine([`--state-dir=${rig.stateDir}`, `${server.origin}/mcp`]);
    expect(of('outbox')?.found).toMatch(/^[1-9]\d* events wait, the oldest for \d/);
    expect(of('archive')?.found).not.toContain('in use');
    expect(contents(rig.stateDir)).toEqual(before);
    await rig.openReceiver();
  });

  it('of which the archive is damaged: the next start will set it aside, and this one does not', async () => {
    rig = await OutboxRig.start();
    await rig.call(1);
    await rig.proxy.stop();
    // With its log, all of it could be read from there.
    for (const end of ['-wal', '-shm'])
      rmSync(path.join(rig.stateDir, `archive.sqlite${end}`), { force: true });
    writeFileSync(
      path.join(rig.stateDir, 'archive.sqlite'),
      'no database, but long enough for one'.repeat(200),
    );
    const before = contents(rig.stateDir);
    const { code, of } = await examine([`--state-dir=${rig.stateDir}`, `${server.origin}/mcp`]);
    expect([code, of('archive')?.mark]).toEqual([1, 'problem']);
    expect(of('archive')?.advice).toContain('sets the file aside');
    expect(contents(rig.stateDir)).toEqual(before);
  });
});
