/**
 * Holds the prose to what exists: every path and every npm script that README, ARCHITECTURE, CONTRIBUTING or a
 * page under docs/, deploy/ or dashboards/ names must be there. A page that names a dead path is worse than none, because it is believed.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path/posix';

export interface Page {
  readonly path: string;
  readonly text: string;
}

export interface Facts {
  readonly scripts: readonly string[];
  /** Whether a path, from the repository's root, exists. */
  exists(path: string): boolean;
}

/** Short paths in prose may begin in one of these folders. */
const BASES = ['', 'proxy/src/', 'proxy/', 'grafana-plugin/src/'];
const LOOKS_LIKE_FILE =
  /^\.?[\w@-][\w@./-]*\.(?:ts|tsx|js|mjs|json|jsonl|md|ya?ml|sh)$|^\.?[\w@-][\w@.-]*(?:\/[\w@.-]+)*\/$/;
const TREES = /^(?:proxy|grafana-plugin|test|scripts|docs|deploy|dashboards|\.ci)\/[\w@./-]+$/;
/** Words of npm that run no script of ours. */
const NPM_WORDS = ['ci', 'install', 'run', 'exec', 'config', 'version'];

/** Every dead name on the pages, as `page:line: what is not there`. */
export function findDeadNames(pages: readonly Page[], facts: Facts): readonly string[] {
  return pages.flatMap((page) =>
    page.text.split('\n').flatMap((line, index) => {
      const where = `${page.path}:${index + 1}`;
      return [
        ...deadScripts(line, facts).map((name) => `${where}: there is no npm script '${name}'.`),
        ...deadPaths(page, line, facts).map((name) => `${where}: '${name}' does not exist.`),
      ];
    }),
  );
}

function deadScripts(line: string, facts: Facts): readonly string[] {
  const named = [...line.matchAll(/\bnpm (?<run>run )?(?<name>[a-z][\w:-]*)/g)].flatMap((match) => {
    const { run, name = '' } = match.groups ?? {};
    return run === undefined && NPM_WORDS.includes(name) ? [] : [{ name, run: run !== undefined }];
  });
  // In prose "npm packages" is no command, so without `run` only npm's own shorthands count.
  return named
    .filter(({ name, run }) => run || ['start', 'test', 'stop', 'restart'].includes(name))
    .map(({ name }) => name)
    .filter((name) => !facts.scripts.includes(name));
}

function deadPaths(page: Page, line: string, facts: Facts): readonly string[] {
  const spans = [...line.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '');
  const named = spans.filter((span) => LOOKS_LIKE_FILE.test(span) || TREES.test(span));
  const links = [...line.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '');
  return [
    ...named.filter((name) => !BASES.some((base) => facts.exists(base + name))),
    ...links.filter((link) => !facts.exists(path.join(path.dirname(page.path), link))),
  ];
}

if (import.meta.main) {
  const paths = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    ...globSync('{docs,deploy,dashboards}/**/*.md'),
  ];
  const pages = paths.map((name) => ({ path: name, text: readFileSync(name, 'utf8') }));
  const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
  const scripts =
    typeof manifest === 'object' && manifest !== null && 'scripts' in manifest
      ? Object.keys(manifest.scripts ?? {})
      : [];
  const dead = findDeadNames(pages, { scripts, exists: existsSync });
  for (const line of dead) console.error(line);
  console.log(`docs: ${pages.length} pages, ${dead.length} dead names`);
  if (dead.length > 0) process.exitCode = 1;
}
