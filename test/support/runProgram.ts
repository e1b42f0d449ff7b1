/** The program as a person runs a command of it: to its end, with nothing of Sightline's or OpenTelemetry's around it. */
import { spawn } from 'node:child_process';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param program The file that Node runs. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const clean = Object.entries(process.env).filter(([key]) => !/^(SIGHTLINE|OTEL)_/.test(key));
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...Object.fromEntries(clean), ...env },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
