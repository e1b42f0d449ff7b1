/**
 * Waiting that can be ended. Every pause of the demo goes through one pace, so that closing the demo leaves
 * no timer behind and nothing keeps the process alive. It refuses to measure time: the demo only waits.
 */

/** Pauses that all end, by rejection, when the pace is stopped. */
export interface Pace {
  /** Aborted by `stop`; give it to anything that must not outlive the demo. */
  readonly signal: AbortSignal;
  /** Resolves after `durationMs`; rejects at once when the pace stops or `also` aborts. */
  pause(durationMs: number, also?: AbortSignal): Promise<void>;
  stop(): void;
}

/** A running pace. */
export function startPace(): Pace {
  const ending = new AbortController();
  return {
    signal: ending.signal,
    pause: (durationMs, also) => pauseFor(durationMs, ending.signal, also),
    stop: () => ending.abort(new Error('the demo has ended')),
  };
}

function pauseFor(durationMs: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const watched = signals.filter((signal) => signal !== undefined);
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      for (const signal of watched) signal.removeEventListener('abort', onAbort);
      finish();
    };
    const onAbort = (): void => settle(() => reject(new Error('the pause was ended early')));
    const timer = setTimeout(() => settle(resolve), durationMs);
    for (const signal of watched) {
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    }
  });
}
