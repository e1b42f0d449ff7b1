/** The dashboard's shared crosshair: the time of the row under the mouse goes out, that of other panels comes in. */
import type { EventBus } from '@grafana/data';
import { type PointerEvent, type RefObject, useEffect, useMemo } from 'react';
import { HoverSync } from './hoverSync.ts';
import { mark } from './marks.ts';

/** @returns What the panel's outermost element hears. */
export function useHover(bus: EventBus, panel: RefObject<HTMLElement | null>) {
  const sync = useMemo(() => new HoverSync(bus), [bus]);
  useEffect(
    () =>
      sync.listen((moment) => {
        if (panel.current !== null) mark(panel.current, moment);
      }),
    [sync, panel],
  );
  return useMemo(
    () => ({
      onPointerOver: (event: PointerEvent) => sync.tell(timeAt(event.target)),
      onPointerLeave: () => sync.tell(undefined),
    }),
    [sync],
  );
}

/** Unix milliseconds. */
function timeAt(target: EventTarget): number | undefined {
  if (!(target instanceof Element)) return undefined;
  const said = target.closest('[role="row"]')?.querySelector('time')?.dateTime;
  const time = said === undefined ? Number.NaN : Date.parse(said);
  return Number.isNaN(time) ? undefined : time;
}
