/**
 * Options of an earlier version become today's. Each step takes the options as one version saved them to what the next
 * one reads. What comes out is still as saved, `$session` and all: `readOptions` reads it at every drawing.
 */
type Saved = Readonly<Record<string, unknown>>;

export interface Step {
  /** Options saved by a version before this one take the step: `0.2.0`. */
  readonly before: string;
  take(saved: Saved): Saved;
}

/** Oldest first. None yet: the first version that anybody can have saved options with is the present form. */
const STEPS: readonly Step[] = [];

/** A panel as a dashboard holds it. */
export interface SavedPanel {
  readonly options: unknown;
  /** Of this plugin, when the panel was saved; absent on panels written by hand. */
  readonly pluginVersion?: string | undefined;
}

/** What Grafana asks once for every panel it loads. */
export function migrate(panel: SavedPanel, steps: readonly Step[] = STEPS): Saved {
  const saved: Saved =
    typeof panel.options === 'object' && panel.options !== null ? { ...panel.options } : {};
  const version = panel.pluginVersion ?? '';
  // Written by hand: in today's words, for nobody writes yesterday's.
  const due = version === '' ? [] : steps.filter(({ before }) => isOlder(version, before));
  return due.reduce<Saved>((options, step) => step.take(options), saved);
}

/** Whether one version (`1.2.3`, with anything after it) comes before another. */
export function isOlder(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split(/[-+]/, 1)[0]?.split('.').map(Number) ?? []);
  for (let place = 0; place < 3; place += 1) {
    const difference = (a?.[place] || 0) - (b?.[place] || 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
