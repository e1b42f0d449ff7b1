/** What the main thread and the page's say to each other. What the observing one tells the page is in protocol.ts. */
import type { MessagePort } from 'node:worker_threads';

/** Plain data only. */
export interface PageThreadSettings {
  readonly host: string;
  readonly port: number;
  /** Undefined: none is asked for. */
  readonly token: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly version: string;
  readonly demo: boolean;
  readonly activeWindowMs: number;
  /** Where the built page is. */
  readonly assetsDirectory: string;
}

/** `workerData`. */
export interface PageStart extends PageThreadSettings {
  /** To the observing thread; absent when nothing is observed. */
  readonly observing?: MessagePort;
}

export type ToPageThread =
  /** The proxy listens; clients are pointed here. */
  | {
      readonly kind: 'serving';
      readonly servers: readonly { readonly name: string; readonly clientUrl: string }[];
    }
  /** The proxy takes no more requests. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'close' };

export type FromPageThread =
  | { readonly kind: 'listening'; readonly port: number }
  /** It cannot listen there; the thread ends. */
  | { readonly kind: 'refused'; readonly code: string | undefined; readonly message: string }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'closed' };
