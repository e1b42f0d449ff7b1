/**
 * Holds the walls of ARCHITECTURE.md: reads every source file, compares its imports with the table in
 * `walls.ts`, and names each offence with what to do about it. Tests are exempt, and only they may import
 * from a `testing/` folder. Run by `npm run check`.
 */
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path/posix';
import { blankTexts, type Import, readImports } from './imports.ts';
import { ALIASES, type Permissions, ROOMS, type Room, WALLED } from './walls.ts';

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Walls {
  readonly rooms: readonly Room[];
  readonly aliases: Readonly<Record<string, string>>;
}

/** Every offence, as `path:line: what is wrong and what to do`; empty when the walls stand. */
export function findOffences(files: readonly SourceFile[], walls: Walls): readonly string[] {
  return files.flatMap((file) => {
    if (/\.test\.tsx?$/.test(file.path) || file.path.includes('/testing/')) return [];
    const room = roomAt(file.path, walls);
    if (!room) {
      return [
        `${file.path}: this file is in no room. Move it into one, or add its room to scripts/walls.ts with a decision record.`,
      ];
    }
    const said = readImports(file.text).flatMap((one) => {
      const offence = judge(file, room, one, walls);
      return offence === undefined ? [] : [`${file.path}:${one.line}: ${offence}`];
    });
    if (room.pure) return [...said, ...findTouches(file, room, 'is pure and', IMPURE)];
    return room.blind ? [...said, ...findTouches(file, room, 'is handed everything and', UNSEEN)] : said;
  });
}

function roomAt(filePath: string, walls: Walls): Room | undefined {
  return walls.rooms.find((room) =>
    room.at.some((at) => (at.endsWith('/') ? filePath.startsWith(at) : filePath === at)),
  );
}

function judge(file: SourceFile, room: Room, one: Import, walls: Walls): string | undefined {
  const { target } = one;
  if (target === undefined) {
    return 'the target of this import is computed, so no wall can hold it. Import a literal path.';
  }
  const allowed = permissionsOf(file, room);
  if (target.startsWith('.')) return judgeRelative(file, room, allowed, target, walls);
  const alias = walls.aliases[target];
  if (alias !== undefined) return judgeRoom(room, allowed, alias);
  if (isBuiltin(target)) return judgeBuiltin(room, allowed, one, target);
  if (allowed.packages?.some((name) => matches(name, target))) return undefined;
  return `${room.name} may not import the package '${target}'. Do it in the room that may, or add the package to scripts/walls.ts and give its reason in docs/decisions/.`;
}

function permissionsOf(file: SourceFile, room: Room): Permissions {
  const own = room.files?.[path.basename(file.path)];
  return {
    rooms: [...(room.rooms ?? []), ...(own?.rooms ?? [])],
    builtins: [...(room.builtins ?? []), ...(own?.builtins ?? [])],
    packages: [...(room.packages ?? []), ...(own?.packages ?? [])],
  };
}

function judgeRelative(
  file: SourceFile,
  room: Room,
  allowed: Permissions,
  target: string,
  walls: Walls,
): string | undefined {
  const to = path.join(path.dirname(file.path), target);
  if (to.includes('/testing/')) {
    return `'${target}' is for tests. Only *.test.ts may import from testing/.`;
  }
  if (/\.test\.tsx?$/.test(to)) return `'${target}' is a test. Move what is shared into a file of its own.`;
  // A package.json is data about the program, not a part of it, so it belongs to no room.
  if (/(^|\/)package\.json$/.test(to)) return undefined;
  const other = roomAt(to, walls);
  if (!other) return `'${target}' leads to ${to}, which is in no room.`;
  return other.name === room.name ? undefined : judgeRoom(room, allowed, other.name);
}

function judgeRoom(room: Room, allowed: Permissions, other: string): string | undefined {
  if (allowed.rooms?.includes(other)) return undefined;
  return `${room.name} may not import ${other}. Imports only point down: hand it in from main.ts, or move what both need into a room below them.`;
}

function judgeBuiltin(room: Room, allowed: Permissions, one: Import, target: string): string | undefined {
  if (!target.startsWith('node:')) return `write 'node:${target}', so that no package can take its place.`;
  const names = allowed.builtins?.flatMap((entry) => namesAllowed(entry, target)) ?? [];
  if (names.length === 0) {
    return `${room.name} may not import '${target}'. I/O, clock and randomness are handed in from main.ts; if this room really owns it, add it to scripts/walls.ts.`;
  }
  if (names.includes('*')) return undefined;
  const foreign = one.names?.filter((name) => !names.includes(name)) ?? ['everything'];
  if (foreign.length === 0) return undefined;
  return `${room.name} may import only { ${names.join(', ')} } from '${target}', not ${foreign.join(', ')}.`;
}

/** Names that one entry allows from a builtin: `*` for all, none when it speaks of another module. */
function namesAllowed(entry: string, target: string): readonly string[] {
  const [module = '', names] = entry.replace('}', '').split('{');
  if (!matches(module, target)) return [];
  return names === undefined ? ['*'] : names.split(',');
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

interface Touch {
  readonly pattern: RegExp;
  readonly what: string;
}

/** What a pure room must not touch though it needs no import for it. */
const IMPURE: readonly Touch[] = [
  { pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)/g, what: 'the clock' },
  { pattern: /(?<![.\w])performance\s*\./g, what: 'the clock' },
  { pattern: /\bMath\s*\.\s*random\b|(?<![.\w])crypto\s*\./g, what: 'randomness' },
  { pattern: /(?<![.\w])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/g, what: 'a timer' },
  { pattern: /(?<![.\w])process\s*\./g, what: 'the process' },
  { pattern: /(?<![.\w])fetch\s*\(/g, what: 'the network' },
  { pattern: /(?<![.\w])await\s+[\w(['"`]|(?<![.\w])async\b(?=\s*[\w(*])/g, what: 'await' },
];

/** What a blind room must not touch: the browser's own, under any of its names. */
const UNSEEN: readonly Touch[] = [
  { pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)/g, what: 'the clock' },
  { pattern: /(?<![.\w])performance\s*\./g, what: 'the clock' },
  {
    pattern: /(?<![.\w])fetch\s*\(|\b(?:XMLHttpRequest|EventSource|WebSocket|sendBeacon)\b/g,
    what: 'the network',
  },
  { pattern: /(?<![.\w])(?:window\s*\.\s*)?(?:location|history)\s*\./g, what: 'the address' },
  { pattern: /\b(?:localStorage|sessionStorage|indexedDB)\b|\bdocument\s*\.\s*cookie\b/g, what: 'storage' },
  { pattern: /\bnavigator\s*\./g, what: 'the browser' },
];

function findTouches(
  file: SourceFile,
  room: Room,
  why: string,
  touches: readonly Touch[],
): readonly string[] {
  const text = blankTexts(file.text);
  return touches.flatMap(({ pattern, what }) =>
    [...text.matchAll(pattern)].map((match) => {
      const line = text.slice(0, match.index).split('\n').length;
      return `${file.path}:${line}: ${room.name} ${why} may not use ${what} ('${match[0].trim()}'). Times, ids and settings come in as data.`;
    }),
  );
}

if (import.meta.main) {
  const files = WALLED.flatMap((tree) => globSync(`${tree}**/*.{ts,tsx,js,mjs,cjs}`)).map((filePath) => ({
    path: filePath.split('\\').join('/'),
    text: readFileSync(filePath, 'utf8'),
  }));
  const offences = findOffences(files, { rooms: ROOMS, aliases: ALIASES });
  for (const offence of offences) console.error(offence);
  console.log(`walls: ${files.length} files, ${offences.length} offences`);
  if (offences.length > 0) process.exitCode = 1;
}
