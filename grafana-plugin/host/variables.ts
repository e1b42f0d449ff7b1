/** The dashboard's variables: their values stand in the address, as in Grafana. */
import type { ScopedVars } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import type { Given } from './given.ts';

let names: readonly string[] = [];

export function setVariables(given: Given): void {
  names = given.variables;
}

export function variableNames(): readonly string[] {
  return names;
}

/** `$name`, `${name}`, `${name:format}` and `[[name]]`, as Grafana replaces them; names it does not know stay. `more` are those of one place. */
export function replaceVariables(text: string, more: ScopedVars = {}): string {
  const search = locationService.getSearch();
  return text.replaceAll(
    /\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)\]\]/g,
    (all, bare, braced, format, old) => {
      const name = bare ?? braced ?? old;
      if (name in more) return String(more[name]?.value);
      if (!names.includes(name)) return all;
      const values = search.getAll(`var-${name}`);
      if (format === 'queryparam')
        return values.map((value) => `var-${name}=${encodeURIComponent(value)}`).join('&');
      return values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? '');
    },
  );
}
