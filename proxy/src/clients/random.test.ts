/** Files that nobody would write: any space and comment between any two words of JSON. Seeded: a failure names its seed. */
import { describe, expect, it } from 'vitest';
import { parseJsonc } from '../config/jsonc.ts';
import { planUnwrap, planWrap } from './plan.ts';

function randomFrom(seed: number) {
  let state = (seed * 2_654_435_761) >>> 0;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, pick: <T>(from: readonly T[]): T => from[below(from.length)] as T };
}

const NAMES = ['a', 'ключ', '__proto__', 'constructor', 'say "x"', 'back\\slash', '', 'sp ace', '😀'];
const TEXTS = ['x', '-y', '--', 'stdio', 'C:\\x.exe', '', 'sightline', 'a/*b*/', '// c', '\u2028', '["]'];

/** A file's text, and the names of the servers in it that are started by a command. */
function randomFile(seed: number): { readonly text: string; readonly names: readonly string[] } {
  const { below, pick } = randomFrom(seed);
  const eol = pick(['\n', '\r\n']);
  const trivia = [
    ['', ' ', '\t'],
    ['', ' ', `${eol}  `, `${eol}\t`, eol],
    ['', ' ', `${eol}${eol}  `, ' /* c, */ ', ` // "c": [${eol}  `],
  ][below(3)] as readonly string[];
  const gap = () => pick(trivia);
  const quoted = (text: string) => {
    const plain = JSON.stringify(text);
    return below(4) === 0 ? plain.replaceAll('/', '\\/').replaceAll('x', '\\u0078') : plain;
  };
  const list = (open: string, close: string, items: readonly string[]) => {
    const last = items.length > 0 && below(5) === 0 ? `,${gap()}` : '';
    return `${open}${gap()}${items.map((item) => item + gap()).join(`,${gap()}`)}${last}${close}`;
  };
  const property = (key: string, value: string) => `${quoted(key)}${gap()}:${gap()}${value}`;
  const shuffled = (items: readonly string[]) => items.toSorted(() => below(3) - 1);
  const commanded: string[] = [];
  const entry = (name: string): string => {
    const args = [...Array(below(4))].map(() => quoted(pick(TEXTS)));
    const rest = [
      property('env', list('{', '}', [property('KEY', quoted('v'))])),
      property('type', quoted('stdio')),
    ];
    if (below(5) === 0) return list('{', '}', [property('url', quoted('https://x/mcp'))]);
    if (below(6) === 0) {
      const words = ['stdio', '--', 'x', ...(below(2) === 0 ? [] : ['y'])];
      return list('{', '}', [
        property('command', quoted('sightline')),
        property('args', list('[', ']', words.map(quoted))),
      ]);
    }
    commanded.push(name);
    const own = [
      property('command', quoted(pick(['x', './x', 'C:\\p x\\y.exe', 'npx', '\u00e9']))),
      ...rest.slice(below(3)),
    ];
    return list('{', '}', shuffled(below(3) === 0 ? own : [...own, property('args', list('[', ']', args))]));
  };
  const names = NAMES.filter(() => below(2) === 0);
  const servers = list(
    '{',
    '}',
    names.map((name) => property(name, entry(name))),
  );
  const sections = shuffled([
    property(pick(['mcpServers', 'servers']), servers),
    property('other', '[1, {}]'),
  ]);
  const text = `${pick(['', '\uFEFF'])}${gap()}${list('{', '}', sections)}${gap()}`;
  return { text, names: commanded };
}

const SHIM = { command: 'C:\\node.exe', args: ['C:\\sightline.js', 'stdio', '--server-name=x', '--'] };

class Kept {
  text: string;
  backup: string | undefined;

  constructor(text: string) {
    this.text = text;
  }

  wrap(names: readonly string[]): number {
    const plan = planWrap(this.text, this.backup, names, () => SHIM);
    if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
    this.text = plan.text;
    if (plan.done.length > 0) this.backup = plan.backup ?? this.backup;
    return plan.done.length;
  }

  unwrap(names: readonly string[] = []): string {
    const plan = planUnwrap(this.text, this.backup, names);
    if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
    this.text = plan.text;
    return plan.text;
  }
}

const SEEDS = Array.from({ length: 400 }, (_none, index) => index + 1);
/** What somebody may do to a file in the meantime. */
const edit = (text: string) => text.replace(/\s*$/, '\n// later\n');

// Time for a busy machine: what is looked for is a file, and no speed.
describe('random files', { timeout: 60_000 }, () => {
  it('are read in some number, with servers to wrap', () => {
    const files = SEEDS.map(randomFile);
    expect(files.filter(({ text }) => 'value' in parseJsonc(text))).toHaveLength(SEEDS.length);
    expect(files.filter(({ names }) => names.length > 1).length).toBeGreaterThan(SEEDS.length / 2);
  });

  it('come back byte for byte, wrapped at once or one by one, unwrapped at once or one by one', () => {
    for (const seed of SEEDS) {
      const { text, names } = randomFile(seed);
      const whole = new Kept(text);
      expect(whole.wrap([]), `seed ${seed}`).toBe(names.length);
      expect('value' in parseJsonc(whole.text), `seed ${seed}`).toBe(true);
      const each = new Kept(text);
      for (const name of names) each.wrap([name]);
      expect(each.text, `seed ${seed}`).toBe(whole.text);
      for (const name of names) each.unwrap([name]);
      expect(each.text, `seed ${seed}`).toBe(text);
      if (names.length > 0) expect(whole.unwrap(), `seed ${seed}`).toBe(text);
    }
  });

  it('come back with the edits that somebody made in between, and with nothing else', () => {
    for (const seed of SEEDS) {
      const { text, names } = randomFile(seed);
      const [first, ...others] = names;
      if (first === undefined) continue;
      const kept = new Kept(text);
      kept.wrap([first]);
      kept.text = edit(kept.text);
      const late = new Kept(kept.text);
      late.backup = kept.backup;
      expect(late.unwrap(), `seed ${seed}`).toBe(edit(text));
      if (others.length > 0) kept.wrap(others);
      expect(kept.unwrap(), `seed ${seed}`).toBe(edit(text));
    }
  });
});
