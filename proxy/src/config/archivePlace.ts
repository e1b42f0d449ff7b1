/** Where the archive is and how much it may keep, from the options and the environment. */
import { OPTIONS, type OptionValues } from './options.ts';
import { formatValue } from './values.ts';

const DAY_MS = 86_400_000;

/** Undefined when nothing is to be kept. Paths are POSIX or Windows ones as given; `home` is the user's own folder. */
export function toArchivePlace(
  values: Pick<OptionValues, 'archive' | 'state-dir' | 'retention-days' | 'archive-max'>,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  isDemo: boolean,
) {
  if (!values.archive) return undefined;
  const given = env['XDG_STATE_HOME'];
  // XDG Base Directory Specification: a relative path there is no path.
  const base = given?.startsWith('/') ? given : `${home}/.local/state`;
  const own = values['state-dir'] ?? `${base}/sightline`;
  // The demo's traffic is nobody's own.
  const directory = isDemo ? `${own}/demo` : own;
  return {
    directory,
    path: `${directory}/archive.sqlite`,
    ageMs: values['retention-days'] * DAY_MS,
    bytesMax: values['archive-max'],
  };
}

/**
 * Where events are kept and how much of them, or why they are not, in words.
 *
 * @param trouble Why the archive cannot be had, where that is so.
 */
export function archiveWords(
  values: Pick<OptionValues, 'retention-days' | 'archive-max'>,
  path: string | undefined,
  trouble: string | undefined,
): { readonly keeps: string } | { readonly off: string } {
  if (path === undefined) return { off: '--no-archive' };
  if (trouble !== undefined) return { off: trouble };
  const days = values['retention-days'];
  const size = formatValue(OPTIONS['archive-max'].type, values['archive-max']).replace(/(?=[A-Z])/, ' ');
  return { keeps: `${path}, ${days === 0 ? '' : `${days} days, `}at most ${size}` };
}
