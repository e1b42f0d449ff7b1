/**
 * What delivery lost, gathered and handed on at most once a second, so that an outage of the collector makes a
 * handful of notices and not one for every event. Each reason is logged once. Never throws.
 */

export interface LossNotice {
  /** `{signal}_{why}`, one of a small set. */
  readonly reason: string;
  readonly count: number;
}

export interface LossTally {
  add(reason: string, count: number, detail: string): void;
  /** Hands on what has gathered, at once. */
  flush(): void;
}

const GATHER_MS = 1_000;

/** `onLoss` gets sums by reason; `log` gets one line for the first loss of each reason. */
export function createLossTally(onLoss: (loss: LossNotice) => void, log: (line: string) => void): LossTally {
  const pending = new Map<string, number>();
  const logged = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const losses = [...pending];
    pending.clear();
    for (const [reason, count] of losses) onLoss({ reason, count });
  };
  return {
    add(reason, count, detail) {
      pending.set(reason, (pending.get(reason) ?? 0) + count);
      timer ??= setTimeout(flush, GATHER_MS).unref();
      if (logged.has(reason)) return;
      logged.add(reason);
      log(`telemetry lost (${reason}): ${detail}; further losses of this kind are only counted`);
    },
    flush,
  };
}
