/** `wrap` and `unwrap` on files of a disk: what is written, what is said, and that nothing is when something is wrong. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runWrap, type WrapPorts } from './wrap.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'sightline-wrap-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function run(line: string, over: Partial<WrapPorts> = {}) {
  let out = '';
  let err = '';
  const [word, ...argv] = line.split(' ');
  const code = runWrap(word === 'unwrap' ? 'unwrap' : 'wrap', argv, {
    platform: 'linux',
    home,
    env: {},
    cwd: home,
    node: '/opt/node',
    program: '/opt/sightline/dist/sightline.js',
    version: '1.2.3',
    readFile: () => ({ wrong: 'no such file' }),
    exists: existsSync,
    wantsColor: () => false,
    print: (text) => {
      out += text;
    },
    log: (text) => {
      err += `${text}\n`;
    },
    ...over,
  });
  return { code, out, err };
}

/** Puts a recorded file where its client has it. */
function place(recorded: string, at: string): string {
  const file = path.join(home, at);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, readFileSync(path.join('test/clients', recorded)), { mode: 0o600 });
  return file;
}

const CURSOR = '.cursor/mcp.json';

describe('wrap and unwrap', () => {
  it.each([
    ['claude-desktop', 'claude-desktop-macos.json', '.config/Claude/claude_desktop_config.json'],
    ['claude-code', 'claude-code.json', '.claude.json'],
    ['cursor', 'cursor.json', CURSOR],
    ['vscode', 'vscode.json', '.config/Code/User/mcp.json'],
    ['windsurf', 'windsurf.json', '.codeium/windsurf/mcp_config.json'],
    ['settings.json', 'vscode-settings.json', 'settings.json'],
    ['win.json', 'claude-desktop-windows.json', 'win.json'],
    ['.mcp.json', 'claude-code-project.json', '.mcp.json'],
  ])('%s: there and back, byte for byte, and nothing stays behind', (name, recorded, at) => {
    const file = place(recorded, at);
    const before = readFileSync(file);
    const wrapped = run(`wrap ${name}`);
    expect([wrapped.code, wrapped.err]).toEqual([0, '']);
    expect(readFileSync(file).equals(before)).toBe(false);
    expect(readFileSync(`${file}.sightline-backup`).equals(before)).toBe(true);
    const back = run(`unwrap ${name}`);
    expect([back.code, back.err]).toEqual([0, '']);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
  });

  it('says what was done, what was not and why, and what to do next', () => {
    const file = place('cursor.json', CURSOR);
    const { out } = run('wrap cursor');
    expect(out).toContain(`Cursor  ${file}\n`);
    expect(out).toContain('wrapped   playwright, python-tools, local, proxied\n');
    expect(out).toContain('left      linear: is reached at an address');
    expect(out).toContain(`backup    ${file}.sightline-backup\n`);
    expect(out).toContain('next      restart Cursor');
    expect(out).toContain('page      http://127.0.0.1:7601  while a wrapped server runs\n');
    expect(out).toContain('undo      sightline unwrap cursor\n');
    expect(out).not.toContain('no-real');
    expect(out).not.toContain('\u001b');
    expect(run('wrap cursor', { wantsColor: () => true }).out).toContain('\u001b[');
  });

  it('of some servers leaves the others', () => {
    const file = place('cursor.json', CURSOR);
    expect(run('wrap cursor local playwright').out).toContain('wrapped   playwright, local\n');
    expect(readFileSync(file, 'utf8')).toContain('"command": "python"');
    expect(run('unwrap cursor local').out).toContain('unwrapped local\n');
    expect(readFileSync(file, 'utf8')).toContain('"local": { "command": "./server" }');
    expect(existsSync(`${file}.sightline-backup`)).toBe(true);
  });

  it('a second time does nothing', () => {
    const file = place('windsurf.json', 'mcp.json');
    run('wrap mcp.json');
    const once = readFileSync(file);
    expect(run('wrap mcp.json')).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(file).equals(once)).toBe(true);
    run('unwrap mcp.json');
    expect(run('unwrap mcp.json').out).toContain('nothing   no server is wrapped\n');
  });

  it('with --dry-run shows the same and writes nothing', () => {
    const file = place('cursor.json', CURSOR);
    const before = readFileSync(file);
    const { code, out } = run('wrap --dry-run cursor');
    expect([code, readdirSync(path.dirname(file))]).toEqual([0, ['mcp.json']]);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(out).toContain('written   nothing (--dry-run)\n');
    const linesOf = (shown: string) => shown.split('\n').filter((line) => /^ {2}[-+@]/.test(line));
    expect(linesOf(out)).toEqual(linesOf(run('wrap cursor').out));
    expect(linesOf(out).length).toBeGreaterThan(0);
    expect(run('unwrap cursor --dry-run').out).toContain('nothing (--dry-run)');
    expect(existsSync(`${file}.sightline-backup`)).toBe(true);
  });

  it('keeps links, and the mode of the file for the backup too', () => {
    const file = place('windsurf.json', 'dotfiles/windsurf.json');
    chmodSync(file, 0o640);
    mkdirSync(path.join(home, '.codeium/windsurf'), { recursive: true });
    const link = path.join(home, '.codeium/windsurf/mcp_config.json');
    symlinkSync(file, link);
    expect(run('wrap windsurf').code).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect([file, `${file}.sightline-backup`].map((one) => statSync(one).mode & 0o777)).toEqual([
      0o640, 0o640,
    ]);
    expect(run(`unwrap ${file}`).code).toBe(0);
    expect(readFileSync(link).equals(readFileSync('test/clients/windsurf.json'))).toBe(true);
  });

  it('of a file edited in between takes back only what it put there, says so, and keeps the backup', () => {
    const file = place('cursor.json', CURSOR);
    run('wrap cursor');
    writeFileSync(file, readFileSync(file, 'utf8').replace('linear.app', 'linear.example'));
    const { out } = run('unwrap cursor');
    expect(out).toContain('the file was edited since it was wrapped');
    expect(out).toContain(`backup    ${file}.sightline-backup\n`);
    const recorded = readFileSync('test/clients/cursor.json', 'utf8');
    expect(readFileSync(file, 'utf8')).toBe(recorded.replace('linear.app', 'linear.example'));
  });

  it('says what it looked for where there is nothing to wrap', () => {
    writeFileSync(path.join(home, 'empty.json'), '');
    const { code, out } = run('wrap empty.json');
    expect(code).toBe(0);
    expect(out).toContain(
      'nothing   it has no servers: there is nothing under mcpServers, servers or mcp.servers\n',
    );
    expect(existsSync(path.join(home, 'empty.json.sightline-backup'))).toBe(false);
  });

  it('removes a backup that is the file itself', () => {
    const file = place('cursor.json', CURSOR);
    writeFileSync(`${file}.sightline-backup`, readFileSync(file));
    expect(run('unwrap cursor').code).toBe(0);
    expect(existsSync(`${file}.sightline-backup`)).toBe(false);
  });

  it('puts options into the commands, their paths as seen from here', () => {
    const file = place('windsurf.json', 'mcp.json');
    expect(run('wrap mcp.json --state-dir kept --no-archive --payload-mode=off git').code).toBe(0);
    const { args } = JSON.parse(readFileSync(file, 'utf8')).mcpServers.git;
    expect(args).toEqual([
      '/opt/sightline/dist/sightline.js',
      'stdio',
      '--server-name=git',
      `--state-dir=${home}/kept`,
      '--archive=off',
      '--payload-mode=off',
      '--',
      'uvx',
      'mcp-server-git',
    ]);
  });

  it('points at the project’s own file, and warns where one may be shared', () => {
    place('cursor.json', CURSOR);
    place('claude-code.json', '.claude.json');
    place('claude-code-project.json', '.mcp.json');
    expect(run('wrap claude-code').out).toContain(
      'note      this folder has servers of its own: sightline wrap .mcp.json',
    );
    expect(run('wrap claude_code').out).toContain('servers of its own');
    expect(run('wrap cursor').out).not.toContain('servers of its own');
    expect(run('wrap .mcp.json').out).toContain('do not commit them for others');
    run('unwrap cursor');
    expect(run(`wrap ${CURSOR}`).out).not.toContain('do not commit');
  });

  it('says of what npx has downloaded that an installation starts sooner', () => {
    place('cursor.json', CURSOR);
    const passing = { program: '/me/.npm/_npx/0a1b/node_modules/sightline/dist/sightline.js' };
    expect(run('wrap cursor', passing).out).toContain('note      each start goes through npx;');
    expect(run('unwrap cursor', passing).out).not.toContain('each start');
    expect(run('wrap cursor').out).not.toContain('each start');
  });
});

describe('what is wrong is said, and nothing is written', () => {
  it.each([
    ['wrap', 'wrap: needs a client or a file; wrap --help lists the clients'],
    [
      'wrap curser',
      "'curser': is neither a file nor a client (did you mean 'cursor'?); the clients are claude-desktop,",
    ],
    ['wrap emacs', "'emacs': is neither a file nor a client; the clients are"],
    [
      'unwrap windsurf',
      "'windsurf': has no configuration at HOME/.codeium/windsurf/mcp_config.json; name its file",
    ],
    ['wrap nowhere.json', "'nowhere.json': there is no file HOME/nowhere.json"],
    ['wrap broken.json', 'HOME/broken.json: is not JSON: line 2, column 3:'],
    ['wrap latin.json', 'HOME/latin.json: is not UTF-8'],
    ['wrap .cursor', 'HOME/.cursor: cannot be read: EISDIR'],
    [
      'wrap cursor locale',
      "'locale': is no server of this file; there are playwright, python-tools, local, linear, proxied (did you mean 'local'?)",
    ],
    ['wrap cursor linear', 'linear: is reached at an address'],
    ['unwrap cursor nothing', "'nothing': is no server of this file"],
    ['wrap cursor --dry', '--dry: is no option'],
    ['wrap cursor --listen=1', '--listen: cannot be given to wrapped servers'],
    ['wrap cursor --server-name=x', '--server-name: cannot be given to wrapped servers'],
    [
      'wrap cursor --page-token=0123456789abcdef',
      '--page-token: is a secret; set it in the environment instead',
    ],
    ['wrap cursor --payload-mode=no', "--payload-mode: 'no' is not one of"],
    ['unwrap cursor --archive', '--archive: means nothing to unwrap'],
    ['wrap cursor -- npx server', '--: means nothing to wrap'],
    ['wrap cursor --check-config', '--check-config: means nothing to wrap'],
  ])('%s', (line, says) => {
    const file = place('cursor.json', CURSOR);
    writeFileSync(path.join(home, 'broken.json'), '{\n  mcpServers: {}\n}');
    writeFileSync(path.join(home, 'latin.json'), Buffer.from('{"a": "\xe9"}', 'latin1'));
    const { code, out, err } = run(line);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(says.replaceAll('HOME', home));
    expect(readFileSync(file).equals(readFileSync('test/clients/cursor.json'))).toBe(true);
    expect(readdirSync(path.dirname(file))).toEqual(['mcp.json']);
  });

  it('points at a project’s file where its client has no other', () => {
    place('cursor.json', 'shop/.cursor/mcp.json');
    const { err } = run('wrap cursor', { cwd: path.join(home, 'shop') });
    expect(err).toContain('this folder has .cursor/mcp.json: name that');
  });

  it('when the folder takes no file', () => {
    const file = place('cursor.json', CURSOR);
    // Root may write anywhere, so the name that is to be taken is.
    mkdirSync(`${file}.sightline-backup.${process.pid}.tmp`);
    const { code, out, err } = run('wrap cursor');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`wrap: ${file} could not be written: EEXIST`);
    expect(readFileSync(file).equals(readFileSync('test/clients/cursor.json'))).toBe(true);
  });
});

describe('--help', () => {
  it.each(['wrap', 'unwrap'])('%s names the clients and where each is', (word) => {
    const { code, out, err } = run(`${word} --help`);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`sightline ${word} CLIENT|FILE [SERVER…]`);
    expect(out).toContain(`${home}/${CURSOR}`.slice(0, 30));
    expect(out).toContain('--dry-run');
    expect(run(`${word} cursor -h`).out).toBe(out);
  });
});
