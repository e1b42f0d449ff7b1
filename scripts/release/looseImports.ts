/**
 * What a bundle would look for while it runs, on a machine that has none of it. Bundlers leave such a name where it is
 * asked for in a way that they do not follow, and nothing fails before that line is reached.
 */
import { isBuiltin } from 'node:module';

/** Asked for behind a `try` (colours of a debug log), or for a protocol that is refused as configuration (OTLP by gRPC). */
const DO_WITHOUT = ['supports-color', '@grpc/grpc-js'];

/** Names of packages that a built file imports or requires. */
export function findLooseImports(code: string): readonly string[] {
  const asked = code.matchAll(/(?:^import (?:[^"';]* from )?|\bimport\(|\b__require\()"([^"./][^"]*)"/gm);
  const names = [...asked].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !isBuiltin(name) && !DO_WITHOUT.includes(name));
}
