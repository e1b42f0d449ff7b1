/** What a client starts in place of a server, and that it is known again. */
import { describe, expect, it } from 'vitest';
import { shimWords } from '../config/shimWords.ts';
import { type Installation, shimCommand, typedAs } from './shimCommand.ts';

const installed: Installation = {
  platform: 'linux',
  node: '/opt/node/bin/node',
  program: '/opt/lib/node_modules/sightline/dist/sightline.js',
  version: '1.2.3',
  exists: () => false,
};
const fromNpx = { ...installed, program: '/me/.npm/_npx/0a1b/node_modules/sightline/dist/sightline.js' };

describe('shimCommand', () => {
  it('names an installation by absolute paths', () => {
    expect(shimCommand(installed, 'github', ['--archive=off'])).toEqual({
      command: '/opt/node/bin/node',
      args: [installed.program, 'stdio', '--server-name=github', '--archive=off', '--'],
    });
  });

  it('lets the shim find a name where there is none', () => {
    expect(shimCommand(installed, '', []).args).toEqual([installed.program, 'stdio', '--']);
  });

  it.each([
    '/me/.npm/_npx/0a1b/node_modules/sightline/dist/sightline.js',
    '/me/.cache/pnpm/dlx/x/node_modules/sightline/dist/sightline.js',
    '/tmp/bunx-0-sightline@latest/node_modules/sightline/dist/sightline.js',
  ])('downloads again what stands in %s', (program) => {
    const args = ['-y', 'sightline@1.2.3', 'stdio', '--server-name=a', '--'];
    expect(shimCommand({ ...installed, program }, 'a', [])).toEqual({ command: 'npx', args });
    expect(shimCommand({ ...installed, program, platform: 'win32' }, 'a', [])).toEqual({
      command: 'cmd',
      args: ['/c', 'npx', ...args],
    });
    expect(typedAs({ ...installed, program })).toBe('npx sightline');
  });

  it('names Homebrew’s Node by the link that outlives an upgrade, where there is one', () => {
    const node = '/opt/homebrew/Cellar/node@24/24.9.0_1/bin/node';
    const link = '/opt/homebrew/opt/node@24/bin/node';
    const commandOf = (exists: Installation['exists']) =>
      shimCommand({ ...installed, node, exists }, 'a', []).command;
    expect(commandOf((path) => path === link)).toBe(link);
    expect(commandOf(() => false)).toBe(node);
  });
});

describe('shimWords', () => {
  it.each([installed, fromNpx, { ...fromNpx, platform: 'win32' as const }])(
    'knows its own ($program)',
    (one) => {
      const { command, args } = shimCommand(one, 'a', ['--show=none']);
      expect(shimWords([command, ...args, 'x', 'y'])).toBe(args.length + 1);
    },
  );

  it.each([
    ['sightline stdio -- x', 3],
    ['/usr/bin/sightline stdio --server-name a -- x --', 5],
    ['node --no-warnings /opt/proxy/src/sightline.ts stdio -- x', 5],
    ['C:\\nodejs\\node.exe C:\\sightline\\dist\\sightline.js stdio -- x', 4],
    ['sightline stdio --', 0],
    ['sightline stdio x', 0],
    ['sightline collect -- x', 0],
    ['docker run -i image sightline stdio -- x', 0],
    ['node /opt/other.js -- sightline stdio -- x', 0],
    ['npx -y my-sightline stdio -- x', 0],
    ['npx -y x', 0],
  ])('%s has %i words of a shim', (words, count) => expect(shimWords(words.split(' '))).toBe(count));

  it('is not misled by what is no text', () => {
    expect(shimWords(['sightline', 'stdio', '--', 1])).toBe(0);
    expect(shimWords([1, 'sightline', 'stdio', '--', 'x'])).toBe(0);
  });
});

it('says how this installation is called', () => {
  expect(typedAs(installed)).toBe('sightline');
  expect(typedAs({ ...installed, program: '/src/proxy/src/sightline.ts' })).toBe('npm start --');
});
