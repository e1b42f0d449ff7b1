/** A checked configuration: the settings in force, where each came from, and the servers to stand in front of. */
import type { OptionName, OptionValues } from './options.ts';
import type { Upstream } from './servers.ts';

/** Where a setting came from. */
export type Origin =
  | { readonly from: 'default' }
  | { readonly from: 'flag' | 'environment' | 'file'; readonly key: string };

export interface Config {
  readonly values: OptionValues;
  readonly origins: Readonly<Record<OptionName, Origin>>;
  /** Empty: the bundled demo. */
  readonly upstreams: readonly Upstream[];
  /** The upstreams' names are the user's own: they come from a file. */
  readonly named: boolean;
  /** What works, but perhaps not as meant. */
  readonly warnings: readonly string[];
}
