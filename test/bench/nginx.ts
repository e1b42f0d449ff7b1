/**
 * nginx as the practical floor of forwarding: one process, keep-alive towards the upstream, no buffering, no log.
 * It lives in a temporary directory of its own and in the foreground; an nginx that serves the machine is neither
 * read nor touched.
 */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from './program.ts';

/** Where a system keeps it besides PATH: Debian's /usr/sbin is in root's PATH only. */
const places = ['/usr/sbin', '/usr/local/sbin', '/usr/local/nginx/sbin', '/opt/homebrew/bin'];

export function findNginx(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), ...places];
  return folders.map((folder) => path.join(folder, 'nginx')).find(isExecutable);
}

export interface NginxSetup {
  readonly command: Command;
  /** Removes the directory, after the process has ended. */
  clean(): void;
}

export function setUpNginx(binary: string, port: number, upstreamPort: number): NginxSetup {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-bench-nginx-'));
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(file, nginxConfig(folder, port, upstreamPort));
  return {
    command: { file: binary, args: ['-p', folder, '-c', file, '-e', 'stderr'] },
    clean: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function nginxConfig(folder: string, port: number, upstreamPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // Without a master there is one process, whose pid is the one that was started and holds all the CPU time.
  return `daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  tcp_nodelay on;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  keepalive_requests 1000000000;
  upstream mcp {
    server 127.0.0.1:${upstreamPort};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://mcp;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_request_buffering off;
    }
  }
}
`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
