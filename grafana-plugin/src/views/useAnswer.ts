/** One question to the source and its newest answer. An old answer stays while a new one is on its way. */
import { useEffect, useRef, useState } from 'react';

export interface Answer<Value> {
  readonly value: Value | undefined;
  /** A sentence; undefined when the last question was answered. */
  readonly failure: string | undefined;
  readonly loading: boolean;
  /** Asks again. */
  retry(): void;
}

/**
 * Asks whenever `key` changes; undefined asks nothing. A question that nobody waits for any more is ended, and its
 * answer, should one come, is not taken.
 */
export function useAnswer<Value>(
  key: string | undefined,
  ask: (signal: AbortSignal) => Promise<Value>,
): Answer<Value> {
  const [state, setState] = useState<Omit<Answer<Value>, 'retry'>>({
    value: undefined,
    failure: undefined,
    loading: key !== undefined,
  });
  const [round, setRound] = useState(0);
  const latestAsk = useRef(ask);
  latestAsk.current = ask;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the round is there to ask the same again
  useEffect(() => {
    if (key === undefined) return undefined;
    const ending = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    latestAsk.current(ending.signal).then(
      (value) => {
        if (!ending.signal.aborted) setState({ value, failure: undefined, loading: false });
      },
      (error: unknown) => {
        if (ending.signal.aborted) return;
        setState((before) => ({ ...before, failure: sentenceOf(error), loading: false }));
      },
    );
    return () => ending.abort();
  }, [key, round]);
  return { ...state, retry: () => setRound((before) => before + 1) };
}

/** What a source rejects with is a sentence already; anything else is a fault of ours, and said to be one. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message !== ''
    ? error.message
    : 'This page failed to read the answer.';
}
