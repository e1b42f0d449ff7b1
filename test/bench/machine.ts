/** What the numbers were measured on: without it a table says nothing. Reads; changes nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findNginx } from './nginx.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Programs and packages by name. */
  readonly versions: Readonly<Record<string, string>>;
}

const packages = [
  'undici',
  'express',
  'http-proxy-middleware',
  'httpxy',
  '@opentelemetry/sdk-node',
  '@opentelemetry/exporter-trace-otlp-proto',
];

export function readMachine(): Machine {
  const modules = path.join(import.meta.dirname, '..', '..', 'node_modules');
  const version = (name: string): string => {
    const manifest: { version?: string } = JSON.parse(
      readFileSync(path.join(modules, name, 'package.json'), 'utf8'),
    );
    return manifest.version ?? 'unknown';
  };
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release().split('-')[0] ?? ''} ${os.arch()}`,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(packages.map((name) => [name, version(name)])),
      nginx: readNginxVersion(),
    },
  };
}

function readNginxVersion(): string {
  const binary = findNginx();
  if (binary === undefined) return 'not installed';
  // It tells its version on standard error.
  const told = execFileSync('/bin/sh', ['-c', '"$0" -v 2>&1', binary], { encoding: 'utf8' });
  return /nginx\/(\S+)/.exec(told)?.[1] ?? 'unknown';
}
