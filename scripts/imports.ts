/**
 * Reads what a source file imports, without a compiler: static imports and re-exports (type-only ones too),
 * dynamic `import()`, `import()` types, and the two ways around the module system. It refuses to guess: an
 * import whose target is not a literal is reported as unreadable.
 */

export interface Import {
  /** As written between the quotes; undefined when it is not a literal. */
  readonly target: string | undefined;
  /** Imported names; undefined when the whole module is taken (namespace, default, side effect, dynamic). */
  readonly names: readonly string[] | undefined;
  readonly line: number;
}

const STATIC =
  /^[ \t]*(?:import|export)\b(?<clause>(?:\s+type\b)?[^'"`;]*?)\bfrom\s*(?<quote>['"])(?<target>[^'"\n]+)\k<quote>/gm;
const SIDE_EFFECT = /^[ \t]*import\s*(?<quote>['"])(?<target>[^'"\n]+)\k<quote>/gm;
const DYNAMIC = /(?<![.\w])import\s*\(\s*(?:(?<quote>['"`])(?<target>[^'"`$\n]+)\k<quote>\s*[,)])?/g;
const BACK_DOOR = /\b(?:require|getBuiltinModule)\s*\(\s*(?:(?<quote>['"`])(?<target>[^'"`$\n]+)\k<quote>)?/g;

/** Everything `source` imports, in no particular order. */
export function readImports(source: string): readonly Import[] {
  const text = blankComments(source);
  const found: Import[] = [];
  for (const pattern of [STATIC, SIDE_EFFECT, DYNAMIC, BACK_DOOR]) {
    for (const match of text.matchAll(pattern)) {
      const { clause, target } = match.groups ?? {};
      found.push({
        target,
        names: clause === undefined ? undefined : namesOf(clause),
        line: text.slice(0, match.index).split('\n').length,
      });
    }
  }
  return found;
}

/** The names in `{ a, type b as c }`; undefined when the clause takes more than named exports. */
function namesOf(clause: string): readonly string[] | undefined {
  const match = /^\s*(?:type\s+)?\{(?<inside>[^}]*)\}\s*$/.exec(clause);
  if (!match) return undefined;
  const inside = match.groups?.['inside'] ?? '';
  return inside
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s+.*$/, ''),
    )
    .filter((name) => name !== '');
}

// A quoted string ends on its own line, so a quote inside a regular expression can mislead for one line at most;
// for the same reason a block comment must follow a space or an opening mark.
const COMMENT_OR_STRING =
  /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|(?<![^\s(,[{=;])\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

/** Comments become spaces, lines stay where they are. */
export function blankComments(source: string): string {
  return source.replace(COMMENT_OR_STRING, (part) =>
    part.startsWith('//') || part.startsWith('/*') ? part.replace(/[^\n]/g, ' ') : part,
  );
}

/** The same with the text of quoted strings blanked too, and of templates but for what stands in `${}`. */
export function blankTexts(source: string): string {
  return source.replace(COMMENT_OR_STRING, (part) => {
    if (!part.startsWith('`')) return part.replace(/[^\n]/g, ' ');
    return part
      .split(/(\$\{[^}]*\})/)
      .map((piece) => (piece.startsWith('${') ? piece : piece.replace(/[^\n]/g, ' ')))
      .join('');
  });
}
