/** What is shown of a change is the change, and no secret beside it. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { differenceOf } from './difference.ts';
import { planWrap } from './plan.ts';

const shown = (before: string, after: string) =>
  differenceOf(before, after).map(({ sign, text }) => (sign === '@' ? text : sign + text));

function wrapped(text: string): string {
  const plan = planWrap(text, undefined, [], () => ({
    command: '/opt/node',
    args: ['/opt/sightline.js', 'stdio', '--'],
  }));
  if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
  return plan.text;
}

describe('differenceOf', () => {
  it('shows a change with two lines around it', () => {
    const text = readFileSync('test/clients/claude-desktop-macos.json', 'utf8');
    expect(shown(text, wrapped(text)).slice(0, 16)).toEqual([
      '@@ -3,6 +3,10 @@',
      '   "mcpServers": {',
      '     "filesystem": {',
      '-      "command": "npx",',
      '+      "command": "/opt/node",',
      '       "args": [',
      '+        "/opt/sightline.js",',
      '+        "stdio",',
      '+        "--",',
      '+        "npx",',
      '         "-y",',
      '         "@modelcontextprotocol/server-filesystem",',
      '@@ -12,6 +16,10 @@',
      '     },',
      '     "github": {',
      '-      "command": "docker",',
    ]);
  });

  it.each([
    { why: 'nothing', before: 'a\nb', after: 'a\nb', lines: [] },
    { why: 'an end', before: 'a\nb', after: 'a\nb\nc', lines: ['@@ -1,2 +1,3 @@', ' a', ' b', '+c'] },
    { why: 'a beginning', before: 'a\nb', after: 'b', lines: ['@@ -1,2 +1,1 @@', '-a', ' b'] },
    { why: 'everything', before: 'a', after: 'b', lines: ['@@ -1,1 +1,1 @@', '-a', '+b'] },
  ])('shows $why', ({ before, after, lines }) => expect(shown(before, after)).toEqual(lines));

  it.each(globSync('test/clients/*.json'))('of %s shows no secret and loses no line', (file) => {
    const before = readFileSync(file, 'utf8');
    const after = wrapped(before);
    const lines = differenceOf(before, after);
    const text = lines.map((line) => line.text).join('\n');
    expect(text).not.toMatch(/no-real|hunter2|Gedächtnis/);
    const count = (sign: string) => lines.filter((line) => line.sign === sign).length;
    const lineCount = (of: string) => of.split('\n').length;
    expect(count('+') - count('-')).toBe(lineCount(after) - lineCount(before));
    expect(count('+')).toBeGreaterThan(0);
  });

  it('hides what is secret by its name, its look, or the option before it', () => {
    const args = [
      '--api-key',
      'aaa',
      '--token=bbb',
      'GITHUB_TOKEN=ccc',
      'Authorization: Bearer ddd',
      'plain',
    ];
    const url = 'postgres://me:eee@localhost/x';
    const text = JSON.stringify({ servers: { a: { command: 'x', args: [...args, url] } } });
    const all = shown(text, wrapped(text)).join('\n');
    for (const secret of ['aaa', 'bbb', 'ccc', 'ddd', 'eee']) expect(all).not.toContain(secret);
    expect(all).toContain('"--api-key","…","--token=…","GITHUB_TOKEN=…","Authorization: …","plain"');
  });

  it.each([
    ['https://x/mcp?v=2&api_key=hunter2&page=1', 'https://x/mcp?v=2&api_key=…&page=1'],
    ['--header=X-Api-Key: hunter2', '--header=X-Api-Key: …'],
    ['--header=Authorization: Basic hunter2', '--header=Authorization: …'],
    ['--env=SUPABASE_KEY=hunter2', '--env=SUPABASE_KEY=…'],
    ['Server=db;Pwd=hunter2;Port=1', 'Server=db;Pwd=…;Port=1'],
    ['{"apiKey": "hunter2", "a": 1}', String.raw`{\"apiKey\": \"…\", \"a\": 1}`],
    ['https://hunter2@git.example/x', 'https://…@git.example/x'],
    ['redis://:hunter2@cache:6379', 'redis://…@cache:6379'],
    ['--key-file=/etc/a.pem', '--key-file=/etc/a.pem'],
    ['https://example.com:8080/keys/a:b', 'https://example.com:8080/keys/a:b'],
  ])('hides what is secret inside %j', (argument, look) => {
    const text = JSON.stringify({ servers: { a: { command: 'x', args: [argument] } } });
    expect(shown(text, wrapped(text)).join('\n')).toContain(`["${look}"]`);
  });

  it('hides it in comments too', () => {
    const text = '{"servers": {"a": {\n  // "API_KEY": "hunter2"\n  "command": "x"\n}}}\n';
    expect(shown(text, wrapped(text))[2]).toBe('   // "API_KEY": "…"');
  });
});
