/** Nothing to show, and nobody to press "Try again": asked again by itself, once there may be somebody to answer. */
import { useEffect, useRef } from 'react';
import { usePorts } from './ViewContext.tsx';

const RETRY_MS = 5_000;

/** @param round Changes with every attempt, so that one that fails is followed by the next. */
export function useRetry(stuck: boolean, round: number, again: () => void): void {
  const { visible } = usePorts();
  const latest = useRef(again);
  latest.current = again;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further round is a further wait
  useEffect(() => {
    if (!stuck || !visible) return undefined;
    const timer = setTimeout(() => latest.current(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [stuck, visible, round]);
}
