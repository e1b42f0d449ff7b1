/**
 * The client fixture behind the proxy: `node proxiedClient.ts [--rewrite-urls] <server-url>` starts the proxy in
 * front of the suite's mock server and runs the client at the proxy's address. Exit code: the client's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startProxy } from '../support/peersProxy.ts';

const serverUrl = process.argv.at(-1) ?? '';
const proxy = await startProxy(serverUrl, { flags: process.argv.slice(2, -1) });
const clientPath = new URL('client.ts', import.meta.url).pathname;
const client = spawn(process.execPath, [clientPath, proxy.url], { stdio: 'inherit' });
await once(client, 'close');
await proxy.stop();
process.exitCode = client.exitCode ?? 1;
