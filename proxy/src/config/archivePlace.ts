/** Where the archive is and how much it may keep, from the options and the environment. */
import type { OptionValues } from './options.ts';

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
  const directory = values['state-dir'] ?? `${base}/sightline`;
  return {
    // The demo's traffic is nobody's own.
    path: `${directory}${isDemo ? '/demo' : ''}/archive.sqlite`,
    ageMs: values['retention-days'] * DAY_MS,
    bytesMax: values['archive-max'],
  };
}
