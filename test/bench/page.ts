/**
 * docs/performance.md: each kind of run writes what stands between two marks of its own, people write the rest. A
 * target that is missed needs its reason and what was tried, and no run may wipe that out. Pure.
 */

/** The page's parts by the run that writes them: forwarding, archive and API, page in a browser, stack, panel's data, shim. */
export type Section =
  | 'measured'
  | 'measured archive'
  | 'measured page'
  | 'measured stack'
  | 'measured panel'
  | 'measured stdio';

const markOf = (section: Section, side: 'begin' | 'end'): string => `<!-- ${section}: ${side} -->`;

const emptyPage = `# Performance

What Sightline costs, against forwarding alone. Repeat it with \`npm run bench\` (a smoke test of a minute:
\`npm run bench -- --quick\`); \`npm run bench -- --write\` writes the part between the marks anew. Load generator,
upstream, receiver and each proxy are processes of their own on loopback; before measuring, every variant must
give each answer byte for byte, and the receiver must get exactly the records and spans of those requests. Read
ratios: absolute numbers belong to the machine and to what else runs on it.

${markOf('measured', 'begin')}
${markOf('measured', 'end')}
`;

/** The page with a new measured part. @throws when a page exists whose marks are gone. */
export function renderPage(
  existing: string | undefined,
  measured: string,
  section: Section = 'measured',
): string {
  const page = existing ?? emptyPage;
  const begin = markOf(section, 'begin');
  const end = markOf(section, 'end');
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks the marks ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${measured}\n\n${page.slice(to)}`;
}
