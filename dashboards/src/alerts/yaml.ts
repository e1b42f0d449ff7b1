/** Plain data as YAML in the form in which people write rules: texts of several lines as blocks, all others quoted. */

export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** A document; `comment` stands above it, each line behind a `#`. */
export function formatYaml(comment: string, document: { readonly [key: string]: Plain }): string {
  const head = comment.split('\n').map((line) => `# ${line}`.trimEnd());
  return `${[...head, ...formatMap(document, '')].join('\n')}\n`;
}

function formatMap(map: { readonly [key: string]: Plain }, indent: string): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => formatEntry(`${key}:`, value, indent));
}

function formatEntry(key: string, value: Plain, indent: string): readonly string[] {
  const deeper = `${indent}  `;
  if (typeof value === 'string' && value.includes('\n')) {
    return [`${indent}${key} |-`, ...value.split('\n').map((line) => `${deeper}${line}`.trimEnd())];
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${indent}${key} []`];
    return [`${indent}${key}`, ...value.flatMap((item) => formatItem(item, deeper))];
  }
  if (typeof value === 'object') {
    const lines = formatMap(value as { readonly [key: string]: Plain }, deeper);
    return lines.length === 0 ? [`${indent}${key} {}`] : [`${indent}${key}`, ...lines];
  }
  return [`${indent}${key} ${formatScalar(value)}`];
}

/** An item of a list: of a map the first line stands behind the dash. */
function formatItem(item: Plain, indent: string): readonly string[] {
  if (typeof item !== 'object') return [`${indent}- ${formatScalar(item)}`];
  const [first = '{}', ...rest] = formatMap(item as { readonly [key: string]: Plain }, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

/** A word that YAML cannot take for anything else stays bare; single quotes have one escape. */
function formatScalar(value: Plain): string {
  if (typeof value !== 'string') return String(value);
  const bare = /^[A-Za-z][\w-]*$/.test(value) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value);
  return bare ? value : `'${value.replaceAll("'", "''")}'`;
}
