/** What the panel's shell hands to its source, and what it gets. */
import type { ExportFormat } from 'sightline/reading';
import type { EventFilter, Source } from '../model/source.ts';
import type { AskLoki, AskTempo } from './ask.ts';
import type { Frame } from './frame.ts';

/** What the panel's own queries have answered so far. */
export interface Shown {
  /** Of all targets, in any order: session summaries, events, spans. The same array while nothing has changed. */
  readonly frames: readonly Frame[];
  /** The range they were asked for, Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  /** The queries still run: `frames` may be of the range before. */
  readonly loading: boolean;
  /** What the data sources said went wrong, a text each. */
  readonly errors: readonly string[];
}

export interface PanelPorts {
  /** Read at every question, so that a dashboard's refresh needs no new source. */
  readonly shown: () => Shown;
  /** Absent where no further question can be put: snapshots, public dashboards, exports. */
  readonly loki?: AskLoki;
  /** Absent without a Tempo data source: details then lack what only spans know. */
  readonly tempo?: AskTempo;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds: an open session with an event this recent is active. */
  readonly activeWindow: number;
  /** Stream labels that every question names, `service_name="sightline"` unless given: whose records these are. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface ExportProgress {
  /** Events written so far. */
  readonly events: number;
  /** How much of the range is done, 0 to 1. */
  readonly share: number;
}

export interface PanelSource extends Source {
  /**
   * Every event of a filter as text, piece by piece, oldest first; whoever stops taking pieces, or ends `signal`, ends
   * the reading. Rejects with a sentence when a chunk cannot be had; what was yielded until then is not the whole.
   */
  exportEvents(
    filter: EventFilter,
    format: ExportFormat,
    signal: AbortSignal,
    onProgress?: (progress: ExportProgress) => void,
  ): AsyncIterable<string>;
  /** LogQL of a filter's events as a person would write it, for Explore; its range is left to the link. */
  logQlOf(filter: EventFilter): string;
}

/** What frames turn out to be: for the message of an empty panel, and for suggesting this visualisation. */
export interface Recognised {
  /** Rows of each kind. */
  readonly sessions: number;
  readonly events: number;
  readonly spans: number;
  /** Rows that are none of ours; with nothing of ours besides, the queries are not what this panel draws. */
  readonly foreign: number;
}
