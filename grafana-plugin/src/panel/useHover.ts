/** Tells the dashboard's other panels which moment the mouse points at: the time of the row under it. */
import { DataHoverClearEvent, DataHoverEvent, type EventBus } from '@grafana/data';
import { type PointerEvent, useMemo } from 'react';

export function useHover(bus: EventBus) {
  return useMemo(() => {
    let told: number | undefined;
    const tell = (time: number | undefined) => {
      if (time === told) return;
      told = time;
      bus.publish(time === undefined ? new DataHoverClearEvent() : new DataHoverEvent({ point: { time } }));
    };
    return {
      onPointerOver: (event: PointerEvent) => tell(timeAt(event.target)),
      onPointerLeave: () => tell(undefined),
    };
  }, [bus]);
}

/** Unix milliseconds. */
function timeAt(target: EventTarget): number | undefined {
  if (!(target instanceof Element)) return undefined;
  const said = target.closest('[role="row"]')?.querySelector('time')?.dateTime;
  const time = said === undefined ? Number.NaN : Date.parse(said);
  return Number.isNaN(time) ? undefined : time;
}
