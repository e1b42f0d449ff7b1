/** The dashboard's shared crosshair: the time of the row under the mouse goes out, that of other panels comes in. */
import type { EventBus } from '@grafana/data';
import { type PointerEvent, useEffect, useMemo } from 'react';
import { HoverSync } from './hoverSync.ts';

export function useHover(bus: EventBus) {
  const sync = useMemo(() => new HoverSync(bus), [bus]);
  useEffect(() => sync.listen(), [sync]);
  const handlers = useMemo(
    () => ({
      onPointerOver: (event: PointerEvent) => sync.tell(timeAt(event.target)),
      onPointerLeave: () => sync.tell(undefined),
    }),
    [sync],
  );
  return { pointed: sync, handlers };
}

/** Unix milliseconds. */
function timeAt(target: EventTarget): number | undefined {
  if (!(target instanceof Element)) return undefined;
  const said = target.closest('[role="row"]')?.querySelector('time')?.dateTime;
  const time = said === undefined ? Number.NaN : Date.parse(said);
  return Number.isNaN(time) ? undefined : time;
}
