/** docker-compose.yml and its settings as data, with every `${NAME:-default}` left as it stands. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../scripts/stack/programs.ts';

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly dockerfile?: string };
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly extra_hosts?: readonly string[];
  readonly mem_limit?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

export function readCompose(): ComposeFile {
  return parse(read('docker-compose.yml'), { merge: true }) as ComposeFile;
}

/** Every `${NAME:-default}` of the file, by name; the same name must have the same default everywhere. */
export function readVariables(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [, name = '', fallback = ''] of text.matchAll(/(?<!\$)\$\{([A-Z_]+)(?::-([^}]*))?\}/g)) {
    found.set(name, [...new Set([...(found.get(name) ?? []), fallback])]);
  }
  return found;
}

/** `NAME=value` lines of .env.example. */
export function readSettings(): Readonly<Record<string, string>> {
  const lines = read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** A text with every variable replaced by its default. */
export function withDefaults(text: string): string {
  return text.replaceAll(
    /\$\{[A-Z_]+(?::-([^}]*))?\}/g,
    (_whole, fallback: string | undefined) => fallback ?? '',
  );
}
