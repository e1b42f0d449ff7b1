/** What the tab in front says about itself to the frame around it: the footer and the live control show it. */
import { createContext, useContext, useEffect } from 'react';
import type { Flags } from '../model/completeness.ts';
import type { Completeness } from '../model/source.ts';

export interface LiveReport {
  /** What came since the view was paused; shown, not yet drawn. */
  readonly pending: number;
  /** A sentence while the server does not answer. */
  readonly failure?: string | undefined;
  /** Nothing could be loaded at all, and the tab itself says why. */
  readonly stuck?: boolean;
  /** Unix milliseconds of the last answer. */
  readonly answeredAt?: number | undefined;
  readonly completeness?: Completeness | undefined;
  /** Of what is shown, where filters leave something out and all the rest is here. */
  readonly shown?: Flags | undefined;
  /** `200 of 4,211 events in range`. */
  readonly count?: string | undefined;
}

export const LiveReports = createContext<(report: LiveReport) => void>(() => undefined);

/** Tells the frame whenever something of it changes. */
export function useLiveReport(report: LiveReport): void {
  const tell = useContext(LiveReports);
  const key = JSON.stringify(report);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the report
  useEffect(() => tell(report), [tell, key]);
}
