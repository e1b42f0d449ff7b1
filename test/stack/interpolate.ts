/**
 * What Grafana makes of a query before it asks: values of variables in the format that the query names, and the
 * range. Only what our dashboards use; anything else is an error, so that a query cannot be tested as something that
 * Grafana would not send. Held against a real Grafana by `test/grafana`.
 */

export interface Asked {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Chosen values by variable; none is "All". */
  readonly chosen?: Readonly<Record<string, readonly string[]>>;
  /** What a variable without a choice stands for, as its definition says. */
  readonly everything: Readonly<Record<string, string>>;
}

/** Seconds of `$__interval` and `$__rate_interval` in the tests: one bar over the whole range. */
export function interpolate(query: string, { from, to, chosen = {}, everything }: Asked): string {
  const seconds = Math.round((to - from) / 1000);
  return query
    .replaceAll(/\$__(range|interval|rate_interval)\b/g, `${seconds}s`)
    .replaceAll(/\$(?:\{(\w+)(?::(\w+))?\}|([a-zA-Z]\w*))/g, (whole, braced, format, bare) => {
      const name: string = braced ?? bare;
      const checked = checkedBy(name);
      if (checked !== undefined && everything[name] === undefined)
        return chosen[checked]?.some((value) => REFUSED.test(value)) ? '' : ')';
      const values = chosen[name];
      if (values === undefined) {
        const all = everything[name];
        if (all === undefined) throw new Error(`no variable '${name}' (${whole})`);
        return all;
      }
      return format === 'regex' ? regexOf(values) : formatted(name, values, format);
    });
}

/** What no check lets through (`dashboards/src/checks.ts`); that the checks do as this says is tested beside. */
export const REFUSED = /`|\$\w/;

/** The variable that a check is of; undefined for every other variable. */
function checkedBy(name: string): string | undefined {
  return name.endsWith('Ok') ? name.slice(0, -2) : undefined;
}

function formatted(name: string, values: readonly string[], format: string | undefined): string {
  const [only] = values;
  if (format === undefined && values.length === 1 && only !== undefined) return only;
  if (format === 'percentencode')
    return encoded(values.length === 1 ? (only ?? '') : `{${values.join(',')}}`);
  throw new Error(`'${name}' with ${values.length} values in format '${format}'`);
}

/** As Grafana's format `percentencode` writes a text. */
function encoded(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Grafana's format `regex`: each value escaped, several as alternatives. */
function regexOf(values: readonly string[]): string {
  const escaped = values.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, String.raw`\$&`));
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
}
