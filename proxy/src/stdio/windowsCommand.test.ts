import { describe, expect, it } from 'vitest';
import { windowsCommandOf } from './windowsCommand.ts';

const NPX = 'C:\\Program Files\\nodejs\\npx.CMD';
const FILES = new Set([
  NPX,
  'C:\\tools\\uvx.EXE',
  'D:\\mine\\run.BAT',
  'C:\\tools\\both.EXE',
  'D:\\x\\both.CMD',
]);
const env = {
  Path: '"C:\\Program Files\\nodejs\\";C:\\tools;;D:\\x',
  PATHEXT: '.COM;.EXE;.BAT;.CMD',
  COMSPEC: 'C:\\Windows\\system32\\cmd.exe',
};

function start(command: string, args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) {
  return windowsCommandOf(command, args, { env: { ...env, ...more }, isFile: (path) => FILES.has(path) });
}

/** One reading of a command line by `cmd.exe` outside of quotes: a caret gives the next character as it is. */
function readByCmd(line: string): string {
  expect(line, 'nothing with a meaning of its own').not.toMatch(/(?<!\^)(?:\^\^)*[()%!"<>&|]/);
  return line.replaceAll(/\^(.)/g, '$1');
}

/** Arguments of a command line by the rules of `CommandLineToArgvW`. */
function readByProgram(line: string): string[] {
  const args: string[] = [];
  let arg: string | undefined;
  let isQuoted = false;
  for (const [part, backslashes = '', quote] of line.matchAll(/(\\*)(")|\\+|[^\\"]/g)) {
    if (quote !== undefined) {
      arg = (arg ?? '') + '\\'.repeat(Math.floor(backslashes.length / 2));
      if (backslashes.length % 2 === 1) arg += '"';
      else isQuoted = !isQuoted;
    } else if (part === ' ' && !isQuoted) {
      if (arg !== undefined) args.push(arg);
      arg = undefined;
    } else arg = (arg ?? '') + part;
  }
  return arg === undefined ? args : [...args, arg];
}

describe('a command on Windows', () => {
  it.each(['uvx', 'node', 'C:\\tools\\uvx.exe', '.\\server.exe', 'both'])(
    '%s is started as it is',
    (command) => {
      expect(start(command, ['a b'])).toEqual({ command, args: ['a b'], verbatim: false });
    },
  );

  it('that is a batch file is found as cmd.exe finds it, and run by it', () => {
    expect(start('npx', ['-y', 'some-server'])).toEqual({
      command: env.COMSPEC,
      args: ['/d', '/s', '/c', '"C:\\Program^ Files\\nodejs\\npx.CMD ^^^"-y^^^" ^^^"some-server^^^""'],
      verbatim: true,
    });
    expect(start('npx.CMD').args[3]).toBe('"C:\\Program^ Files\\nodejs\\npx.CMD"');
    expect(start('D:\\mine\\run').args[3]).toBe('"D:\\mine\\run.BAT"');
  });

  it('is not looked for in the working directory, and not at all without a PATH', () => {
    expect(start('run').verbatim).toBe(false);
    expect(start('npx', [], { Path: '' }).verbatim).toBe(false);
  });

  it('hands every argument on as it is, through both readings of the line', () => {
    const args = [
      '',
      'plain',
      'two words',
      'say "hi"',
      '\\',
      'C:\\dir\\',
      'a\\"b',
      'a\\\\"b\\\\',
      '%PATH%',
      '!x!',
      'a&b|c>d<e^f',
      '(x);[y],*?`',
      '"&calc.exe',
      '{"json":"of \\"it\\""}',
    ];
    const line = start('npx', args).args[3] ?? '';
    const [head = '', ...rest] = line.slice(1, -1).split(/(?<=\.CMD) /);
    expect(readByCmd(head)).toBe(NPX);
    expect(readByProgram(readByCmd(readByCmd(rest.join(' '))))).toEqual(args);
  });
});
