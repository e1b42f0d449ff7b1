/**
 * What a shell hands to the views. Views read no clock, no address and no network: all of that comes through here, so
 * that the same pictures stand on the local page and in a Grafana panel.
 */
import { createContext, type ReactNode, useContext } from 'react';
import type { Zone } from '../model/format.ts';
import type { LinkWindow } from '../model/linkWindow.ts';
import type { About, EventFilter, Source } from '../model/source.ts';
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
  /** Address of the trace in a tracing system; the window is where to look for it. */
  traceLink?(traceId: string, window: LinkWindow): string | undefined;
  /** Address of what a logging system has of a session within a window. */
  logsLink?(sessionId: string, window: LinkWindow): string | undefined;
  /** Address of a page about one session alone. */
  sessionLink?(sessionId: string): string | undefined;
  /** What the surrounding page's author links an event to. */
  eventLinks?(eventId: string): readonly EventLink[];
  /** The moment that other parts of the surrounding page point at. */
  readonly pointed?: Pointed;
  /** Address of a download of the filtered range. */
  exportLink?(filter: EventFilter, format: ExportFormat): string;
  /** Where nobody serves a download: puts the file together here. Rejects with a sentence. */
  runExport?(filter: EventFilter, format: ExportFormat, watch: ExportWatch): Promise<void>;
  /** Where clients are pointed, and how the archive stands; undefined until known. */
  readonly about?: About;
}

/** A link that the surrounding page has made. */
export interface EventLink {
  readonly title: string;
  readonly href: string;
  readonly newTab?: true;
  /** Opens it within the page, in place of the browser. */
  open?(event: unknown): void;
}

/** A moment that changes with a mouse: whoever shows it reads it again when told. */
export interface Pointed {
  /** Unix milliseconds; undefined while nobody points anywhere. */
  read(): number | undefined;
  /** Calls at every change, until the returned function is called. */
  subscribe(told: () => void): () => void;
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
