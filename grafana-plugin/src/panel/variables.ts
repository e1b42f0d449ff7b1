/** Dashboard variables that carry what is opened, as text; a dashboard without such a variable is no fault. */

/** Grafana's own: gives a text with its variables replaced. */
export type Replace = (text: string) => string;

/** What a variable says when it chooses nothing: empty, all, or a pattern that everything matches. */
const NOTHING: ReadonlySet<string> = new Set(['', '$__all', 'All', '.+', '.*', '*']);

/** The value of a variable; empty when it chooses nothing, undefined when it is not named or the dashboard has none. */
export function readVariable(name: string, replace: Replace): string | undefined {
  if (name === '') return undefined;
  const reference = `\${${name}}`;
  const value = replace(reference);
  if (value === reference) return undefined;
  return NOTHING.has(value.trim()) ? '' : value.trim();
}

/**
 * The filter option as a query string of the local page. A variable in it may be written as `server=$server` or, for
 * several values, as `${server:queryparam}`, which Grafana spells `var-server=a&var-server=b`.
 */
export function readFilterText(text: string, replace: Replace): string {
  const given = new URLSearchParams(text === '' ? '' : replace(text));
  const said = new URLSearchParams();
  for (const [name, value] of given) {
    if (!NOTHING.has(value.trim())) said.append(name.replace(/^var-/, ''), value.trim());
  }
  return said.toString();
}

/** LogQL matchers as label and value: `a="b", c="d"`. Undefined for what is none. */
export function readStreams(text: string, replace: Replace): Readonly<Record<string, string>> | undefined {
  const given = replace(text).trim();
  const labels: [string, string][] = [];
  const matcher = /\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;
  while (matcher.lastIndex < given.length) {
    const found = matcher.exec(given);
    if (found === null) return undefined;
    const value = unquote(found[2] ?? '');
    if (value === undefined) return undefined;
    labels.push([found[1] ?? '', value]);
  }
  return Object.fromEntries(labels);
}

function unquote(text: string): string | undefined {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return undefined;
  }
}
