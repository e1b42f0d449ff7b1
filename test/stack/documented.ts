/** The queries of deploy/README.md, by language, with what stands above each. */
import { read } from './composeFile.ts';

export type Language = 'logql' | 'traceql' | 'promql';

export interface DocumentedQuery {
  /** The sentence above it. */
  readonly says: string;
  readonly query: string;
}

export function documentedQueries(language: Language): readonly DocumentedQuery[] {
  const blocks = read('deploy/README.md').matchAll(
    new RegExp(`^([^\\n]+):\\n\\n\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, 'gm'),
  );
  return [...blocks].map(([, says = '', query = '']) => ({ says, query }));
}

/** A query with the ids of something that exists. */
export function fillIn(
  query: string,
  ids: Readonly<Record<'SESSION' | 'BUCKET' | 'TRACE' | 'EVENT', string>>,
): string {
  return query.replaceAll(
    /"(SESSION|BUCKET|TRACE|EVENT)"/g,
    (_whole, name: keyof typeof ids) => `"${ids[name]}"`,
  );
}
