/** What a test says of the dashboard before it opens: in the address, as JSON. */

export interface GivenPanel {
  readonly id: number;
  readonly title?: string;
  /** Another panel than ours; only where a Grafana has it. */
  readonly type?: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Data links on the lines of its frames, as an author or a data source puts them there. */
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  /** The panel's own queries. */
  readonly targets: readonly GivenTarget[];
  /** Pixels; all of the page unless given. */
  readonly width?: number;
  readonly height?: number;
}

export interface GivenTarget {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly [property: string]: unknown;
}

export interface Given {
  readonly panels: readonly GivenPanel[];
  readonly theme: 'light' | 'dark';
  readonly timeZone: string;
  /** The range begins here, as Grafana spells it (`now-1h`), and goes up to now. */
  readonly from: string;
  /** Names of the dashboard's variables; their values are the address's `var-name`. */
  readonly variables: readonly string[];
  /** `public`: what a public dashboard is told. `snapshot`: queries that hold the frames themselves. */
  readonly mode: 'dashboard' | 'public' | 'snapshot';
  /** How the Loki data source shapes its frames. */
  readonly lokiFrames: 'legacy' | 'dataplane';
}

export function givenByTest(): Given {
  return JSON.parse(new URLSearchParams(location.search).get('given') ?? 'null') as Given;
}
