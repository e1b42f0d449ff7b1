import { expect, it } from 'vitest';
import { socketPathOf } from './place.ts';

it('is a file of the directory, where a local socket may have so long a path', () => {
  expect(socketPathOf('/var/lib/sightline', 'linux')).toBe('/var/lib/sightline/stdio.sock');
  expect(socketPathOf(`/${'é'.repeat(50)}`, 'linux')).toBeUndefined();
});

it('is a pipe on Windows, another one for each directory, with a name that pipes may have', () => {
  const deep = (end: string) => `C:\\daten\\${'ordner\\'.repeat(60)}${end}`;
  const paths = ['C:\\a b', 'C:\\a-b', 'C:/a b', deep('x'), deep('y')].map((one) =>
    socketPathOf(one, 'win32'),
  );
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) expect(path).toMatch(/^\\\\\.\\pipe\\[^\\]{1,240}$/);
});
