/** What Sightline itself runs on. */
import type { Finding } from '../terminal/findings.ts';
import { bad, type Findings, good } from './check.ts';

export interface ProgramFacts {
  readonly version: string;
  readonly node: string;
  /** As the package's manifest has it, such as `>=22.15`. */
  readonly wanted: string;
  readonly sqlite: string | undefined;
}

export function checkProgram(facts: ProgramFacts): Findings {
  const sqlite = facts.sqlite === undefined ? 'no SQLite' : `SQLite ${facts.sqlite}`;
  return [checkNode(facts), good('versions', `Sightline ${facts.version}, ${sqlite}`)];
}

function checkNode({ node, wanted }: ProgramFacts): Finding {
  const least = wanted.replace(/^>=/, '');
  if (isAtLeast(node, least)) return good('Node', node);
  return bad(
    'Node',
    `${node} is too old`,
    `install Node ${least} or newer; 24 is what Sightline is tested with`,
  );
}

function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string): readonly number[] =>
    text.split('.').map((part) => Number.parseInt(part, 10));
  const [have, want] = [numbers(version), numbers(least)];
  for (const [index, part] of want.entries()) {
    const own = have[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
