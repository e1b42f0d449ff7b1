/** Whether somebody is about to press something: rows must not move away from under a mouse that is on its way. */
import { type PointerEvent, useEffect, useRef } from 'react';

/** A mouse that has rested for so long is not on its way to anything. */
const REST_MS = 1_500;

/** Tells when a mouse begins to move over the element that gets these handlers, and when it has come to rest or left. */
export function usePointing(tell: ((pointing: boolean) => void) | undefined) {
  const latest = useRef(tell);
  latest.current = tell;
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const end = () => {
    if (rest.current === undefined) return;
    clearTimeout(rest.current);
    rest.current = undefined;
    latest.current?.(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what goes away ends it
  useEffect(() => end, []);
  return {
    onPointerMove: ({ pointerType, movementX, movementY }: PointerEvent) => {
      // Browsers also tell of a mouse that stands still while something moves under it.
      if (pointerType !== 'mouse' || (movementX === 0 && movementY === 0)) return;
      if (rest.current === undefined) latest.current?.(true);
      clearTimeout(rest.current);
      rest.current = setTimeout(end, REST_MS);
    },
    onPointerLeave: end,
  };
}
