/**
 * Grafana's data frames, as much of them as is read here. Structural, so that this room needs no package: what
 * `@grafana/data` calls `DataFrame` fits, and so does what a back end answered as JSON. Everything in a frame comes
 * from a stranger: names, types, lengths and values are looked at, never believed.
 */

export interface FrameField {
  readonly name: string;
  readonly type?: string;
  /** One value a row. */
  readonly values: ArrayLike<unknown>;
  /** Of a time field: what its milliseconds lack, 0 to 999,999 nanoseconds a row. */
  readonly nanos?: ArrayLike<unknown> | undefined;
  /** Of a metric's value: the series it is of. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly config?: unknown;
}

export interface Frame {
  readonly name?: string | undefined;
  /** Which of the panel's queries it answers; Tempo's streaming search calls all of its frames `traces`. */
  readonly refId?: string | undefined;
  readonly meta?: unknown;
  readonly length?: number;
  readonly fields: readonly FrameField[];
}
