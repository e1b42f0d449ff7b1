/** Asks again and again, never twice at once: the next question waits for the last answer. */
import { useEffect, useRef } from 'react';

/**
 * Calls `ask` every `seconds` while `on`; it resolves to whether it was answered, and rejects never. After a refusal
 * the wait grows up to 15 s. Coming back `on` asks at once.
 */
export function usePolling(
  on: boolean,
  seconds: number,
  ask: (signal: AbortSignal) => Promise<boolean>,
): void {
  const latest = useRef(ask);
  latest.current = ask;
  const asked = useRef(false);
  useEffect(() => {
    if (!on) return undefined;
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let refusals = 0;
    const turn = async () => {
      const answered = await latest.current(ending.signal);
      if (ending.signal.aborted) return;
      refusals = answered ? 0 : refusals + 1;
      const wait = refusals === 0 ? seconds : Math.min(15, seconds * 2 ** (refusals - 1));
      timer = setTimeout(turn, wait * 1_000);
    };
    // The first time there is a fresh answer already.
    timer = setTimeout(turn, asked.current ? 0 : seconds * 1_000);
    asked.current = true;
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [on, seconds]);
}
