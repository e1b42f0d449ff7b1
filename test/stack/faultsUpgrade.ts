/** The proxy as a later release: the same program under another version. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../scripts/stack/programs.ts';

/** Puts it into `folder` and gives its main file. */
export function proxyOfVersion(version: string, folder: string): string {
  const proxy = path.join(folder, 'proxy');
  mkdirSync(proxy, { recursive: true });
  cpSync(path.join(ROOT, 'proxy/src'), path.join(proxy, 'src'), { recursive: true });
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'proxy/package.json'), 'utf8')) as object;
  writeFileSync(path.join(proxy, 'package.json'), JSON.stringify({ ...manifest, version }));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return path.join(proxy, 'src/main.ts');
}
