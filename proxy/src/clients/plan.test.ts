/**
 * Configuration files as clients write them (test/clients) through wrap and unwrap: what a client reads is its own file
 * with other commands, and what it had comes back byte for byte. The values are read by a parser of another hand.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJsonc } from '../config/jsonc.ts';
import { isSource, planUnwrap, planWrap, type WrapPlan } from './plan.ts';

const FILES = globSync('test/clients/*.json').map((file) => ({
  file: path.basename(file),
  text: readFileSync(file, 'utf8'),
}));

const SHIM = { command: '/opt/a b/node', args: ['/opt/"s"/sightline.js', 'stdio', '--server-name=x', '--'] };

function wrap(text: string, backup?: string, names: readonly string[] = []): WrapPlan {
  const plan = planWrap(text, backup, names, () => SHIM);
  if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
  return plan;
}

function unwrap(text: string, backup?: string, names: readonly string[] = []) {
  const plan = planUnwrap(text, backup, names);
  if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
  return plan;
}

function problemsOf(plan: object) {
  return 'problems' in plan ? plan.problems : undefined;
}

type Row = Record<string, unknown>;

function meaningOf(text: string): Row {
  const read = parseJsonc(text);
  if ('wrong' in read) throw new Error(read.wrong);
  return read.value as Row;
}

/** What the file is to mean: the same, with the shim in front of every command. */
function shimmed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(shimmed);
  const row = value as Row;
  if (typeof row['command'] === 'string') {
    const args = [...SHIM.args, row['command'], ...((row['args'] as string[] | undefined) ?? [])];
    return { ...row, command: SHIM.command, args };
  }
  return Object.fromEntries(Object.entries(row).map(([key, inner]) => [key, shimmed(inner)]));
}

const commentsOf = (text: string) => text.match(/\/\/(?! *www|[a-z.]+[/:@]).*|\/\* .*? \*\//g);

describe.each(FILES)('$file', ({ text }) => {
  const wrapped = wrap(text);

  it('means the same but for the commands', () => {
    expect(meaningOf(wrapped.text)).toEqual(shimmed(meaningOf(text)));
    expect(wrapped.done.length).toBeGreaterThan(0);
  });

  it('keeps its mark, line ends, comments and end', () => {
    expect(wrapped.text.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
    expect(/(?<!\r)\n/.test(wrapped.text)).toBe(/(?<!\r)\n/.test(text));
    expect(wrapped.text.slice(wrapped.text.trimEnd().length)).toBe(text.slice(text.trimEnd().length));
    expect(commentsOf(wrapped.text)).toEqual(commentsOf(text));
  });

  it('comes back from its backup', () => {
    expect(wrapped.backup).toBe(text);
    expect(isSource(text, wrapped.text)).toBe(true);
    expect(unwrap(wrapped.text, text)).toMatchObject({ text, done: wrapped.done, edited: false });
  });

  it('comes back by edits where somebody has edited it since', () => {
    const edited = unwrap(`${wrapped.text}\n`, text);
    expect(edited).toMatchObject({ text: `${text}\n`, edited: true });
  });

  it('comes back without a backup, but for lists of no arguments', () => {
    const back = unwrap(wrapped.text).text;
    const given = JSON.stringify(meaningOf(back)).replaceAll(',"args":[]', '');
    expect(given).toBe(JSON.stringify(meaningOf(text)).replaceAll(',"args":[]', ''));
    expect(commentsOf(back)).toEqual(commentsOf(text));
  });

  it('is wrapped once, however often', () => {
    const again = wrap(wrapped.text, text);
    expect(again).toMatchObject({ text: wrapped.text, done: [], backup: undefined });
    expect(again.left.filter(({ why }) => why === 'is wrapped already')).toHaveLength(wrapped.done.length);
  });

  it('is wrapped server by server as at once', () => {
    const names = [...new Set(wrapped.done.map((name) => name.replace(/ \(in .*/, '')))];
    let [now, backup] = [text, undefined as string | undefined];
    for (const name of names) {
      const plan = wrap(now, backup, [name]);
      [now, backup] = [plan.text, plan.backup ?? backup];
    }
    expect([now, backup]).toEqual([wrapped.text, text]);
    for (const name of names.toReversed()) now = unwrap(now, backup, [name]).text;
    expect(now).toBe(text);
  });
});

describe('planWrap', () => {
  const one = '{"mcpServers": {"a": {"command": "x", "args": ["y"]}, "b": {"url": "https://b/mcp"}}}';

  it('tells why a server stays', () => {
    expect(wrap(one).left).toEqual([{ name: 'b', why: expect.stringContaining('is reached at an address') }]);
    const odd =
      '{"servers": {"n": null, "e": {}, "c": {"command": 1}, "v": {"command": ""}, "l": {"command": "x", "args": "-y"}}}';
    expect(wrap(odd)).toMatchObject({ text: odd, done: [] });
    expect(wrap(odd).left.map(({ name, why }) => `${name} ${why}`)).toEqual([
      'n is no object',
      'e has neither a command nor a url',
      'c has a command that is no text',
      'v has a command that is no text',
      'l has args that are no list',
    ]);
  });

  it('names what was asked for and cannot be had, all at once', () => {
    const plan = planWrap(one, undefined, ['A', 'nowhere'], () => SHIM);
    expect(problemsOf(plan)).toEqual([
      { key: "'A'", message: "is no server of this file; there are a, b (did you mean 'a'?)" },
      { key: "'nowhere'", message: 'is no server of this file; there are a, b' },
    ]);
    const remote = planWrap(one, undefined, ['a', 'b'], () => SHIM);
    expect(problemsOf(remote)).toEqual([{ key: 'b', message: expect.stringContaining('address') }]);
  });

  it('leaves to an installation what cmd would take apart', () => {
    const npx = { command: 'cmd', args: ['/c', 'npx', '-y', 'sightline@1.2.3', 'stdio', '--'] };
    const file =
      '{"servers": {"a": {"command": "x", "args": ["https://a/?b=1&c=2"]}, "p": {"command": "%X%"}, "y": {"command": "y"}}}';
    expect(planWrap(file, undefined, [], () => npx)).toMatchObject({
      done: ['y'],
      left: [
        { name: 'a', why: expect.stringContaining('has characters that cmd') },
        { name: 'p', why: expect.stringContaining('has characters that cmd') },
      ],
    });
    expect(problemsOf(planWrap(file, undefined, ['a'], () => npx))).toHaveLength(1);
    expect(wrap(file).done).toEqual(['a', 'p', 'y']);
  });

  it('says where a file is broken', () => {
    const broken = '\uFEFF{\r\n  "mcpServers": {\r\n    "a": { "command" "x" }\r\n  }\r\n}';
    expect(problemsOf(planUnwrap(broken, undefined, []))).toEqual([
      { key: '', message: 'is not JSON: line 3, column 22: colon expected' },
    ]);
  });

  it.each(['', ' // nothing yet\n', '{}', '[]', '{"mcpServers": {}}', '{"mcpServers": []}'])(
    'finds nothing in %j',
    (text) => {
      expect(wrap(text)).toMatchObject({ text, done: [], left: [] });
    },
  );

  it('takes the last of two entries of one name, as clients do', () => {
    const twice = '{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y", "command": "z"}}}';
    expect(meaningOf(wrap(twice).text)).toEqual({
      mcpServers: { a: { command: SHIM.command, args: [...SHIM.args, 'z'] } },
    });
  });
});

describe('the backup', () => {
  const original = '{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y", "args": []}}}';
  const withC = (text: string) => text.replace('}}}', '}, "c": {"command": "z"}}}');

  it('is what unwrap gives, also when a file was edited between two wraps', () => {
    const first = wrap(original, undefined, ['a']);
    const second = wrap(withC(first.text), first.backup);
    expect(second).toMatchObject({ backup: withC(original), done: ['b', 'c'] });
    expect(unwrap(second.text, second.backup)).toMatchObject({ text: withC(original), edited: false });
  });

  it('of a file in which nothing is wrapped any more is replaced', () => {
    expect(wrap(withC(original), original).backup).toBe(withC(original));
  });

  it('keeps what a user had wrapped by hand', () => {
    const byHand =
      '{"mcpServers": {"a": {"command": "sightline", "args": ["stdio", "--", "x"]}, "b": {"command": "y"}}}';
    const { text, done, left } = wrap(byHand);
    expect([done, left]).toEqual([
      ['b'],
      [{ name: 'a', why: expect.stringMatching(/^is wrapped already, with other options/) }],
    ]);
    const back = unwrap(text, byHand);
    expect(back).toMatchObject({ text: byHand, done: ['b'], left: [{ name: 'a' }] });
    expect(meaningOf(unwrap(back.text).text)).toEqual({
      mcpServers: { a: { command: 'x', args: [] }, b: { command: 'y' } },
    });
  });

  it('leaves what a user added to a wrapped server', () => {
    const { text } = wrap(original, undefined, ['b']);
    const added = text.replace('"y"]', '"y", "--verbose"]');
    expect(added).not.toBe(text);
    expect(unwrap(added, original)).toMatchObject({
      text: original.replace('[]', '["--verbose"]'),
      edited: true,
    });
  });

  it('is not needed where a client has written its file anew', () => {
    const { text } = wrap(original);
    const anew = JSON.stringify(meaningOf(text), null, 4);
    expect(meaningOf(unwrap(anew, original).text)).toEqual(meaningOf(original));
  });
});
