/**
 * What a shell hands to the views. Views read no clock, no address and no network: all of that comes through here, so
 * that the same pictures stand on the local page and in a Grafana panel.
 */
import { createContext, type ReactNode, useContext } from 'react';
import type { Zone } from '../model/format.ts';
import type { About, EventFilter, EventItem, SessionItem, Source } from '../model/source.ts';
import type { ViewState } from '../model/viewState.ts';

export const EXPORT_FORMATS = ['json', 'ndjson', 'csv', 'har'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What the shell can do beyond showing; absent where the surrounding page gives it or cannot. */
export interface Capabilities {
  /** The page has no time range of its own around it, so the views show one. */
  readonly rangePicker: boolean;
  readonly theme?: { readonly choice: ThemeChoice; choose(choice: ThemeChoice): void };
  /** The views are one part among others of a page that has its own heading, main part and keys. */
  readonly embedded?: true;
  /** The one view there is; both, as tabs, unless given. */
  readonly only?: ViewState['tab'];
  /** The surrounding page shows a part of what is there, so figures of everything would contradict it. */
  readonly narrowed?: true;
  /** Why nothing is followed live, whatever the range; a clause without an end mark. */
  readonly notLive?: string;
  /** Events of one page of the log; 200 unless given. */
  readonly pageSize?: number;
  /** Address of the trace in a tracing system; the event is one of it. */
  traceLink?(traceId: string, event: EventItem): string | undefined;
  /** Ways from a session, under its timeline. */
  sessionWays?(session: SessionItem): ReactNode;
  /** Ways from the session of an event, beside the session's id. */
  eventSessionWays?(event: EventItem): ReactNode;
  /** What else there is of an event; nothing where there is nothing. */
  moreOfEvent?(event: EventItem): readonly [title: string, ReactNode] | undefined;
  /** Address of a download of the filtered range. */
  exportLink?(filter: EventFilter, format: ExportFormat): string;
  /** Where nobody serves a download: puts the file together here. Rejects with a sentence. */
  runExport?(filter: EventFilter, format: ExportFormat, watch: ExportWatch): Promise<void>;
  /** Where clients are pointed, and how the archive stands; undefined until known. */
  readonly about?: About;
}

/** How an export tells of itself, and is ended before its time. */
export interface ExportWatch {
  readonly signal: AbortSignal;
  /** Events so far, and how much of the range is done, 0 to 1. */
  onProgress(written: number, share: number): void;
}

export type ThemeChoice = 'system' | 'light' | 'dark';

export interface ViewPorts {
  readonly source: Source;
  /** Unix milliseconds. */
  now(): number;
  readonly view: ViewState;
  /**
   * Changes the view. `push` (the default) leaves a step to go back to; `replace` does not, for what changes with
   * every key stroke.
   */
  setView(change: Partial<ViewState>, how?: 'push' | 'replace'): void;
  readonly zone: Zone;
  /** False while nobody can see the page: nothing is asked then. */
  readonly visible: boolean;
  /** Puts a text on the clipboard; false when the browser refuses. */
  copy(text: string): Promise<boolean>;
  readonly capabilities: Capabilities;
}

const Ports = createContext<ViewPorts | undefined>(undefined);

export function ViewProvider({
  ports,
  children,
}: {
  readonly ports: ViewPorts;
  readonly children: ReactNode;
}) {
  return <Ports.Provider value={ports}>{children}</Ports.Provider>;
}

export function usePorts(): ViewPorts {
  const ports = useContext(Ports);
  if (ports === undefined) throw new Error('A view stands outside of ViewProvider.');
  return ports;
}
