/** The dashboard's shared crosshair, over Grafana's own event bus: heard from others, never from ourselves. */
import { DataHoverClearEvent, DataHoverEvent, type DataHoverPayload, EventBusSrv } from '@grafana/data';
import { expect, it, vi } from 'vitest';
import { HoverSync } from './hoverSync.ts';

function pair() {
  const bus = new EventBusSrv();
  const [ours, others] = [new HoverSync(bus), new HoverSync(bus)];
  const heard = { ours: [] as (number | undefined)[], others: [] as (number | undefined)[] };
  const stops = [
    ours.listen((moment) => heard.ours.push(moment)),
    others.listen((moment) => heard.others.push(moment)),
  ];
  const stop = (): void => {
    for (const end of stops) end();
  };
  return { bus, ours, heard, stop };
}

it('what one panel points at, the other hears once, and only the other', () => {
  const { ours, heard } = pair();
  ours.tell(1_000);
  ours.tell(1_000);
  ours.tell(undefined);
  expect(heard).toEqual({ ours: [], others: [1_000, undefined] });
});

it('hearing something tells nobody anything', () => {
  const { bus } = pair();
  const published = vi.spyOn(bus, 'publish');
  bus.publish(new DataHoverEvent({ point: { time: 5 } }));
  expect(published).toHaveBeenCalledOnce();
});

it.each([{ point: {} }, { point: { time: 'now' } }, { point: { x: 3 } }, { point: { time: Number.NaN } }])(
  'a panel without a time axis points at no moment: %j',
  (payload) => {
    // Whatever another panel publishes, whatever the types say.
    const { bus, heard } = pair();
    bus.publish(new DataHoverEvent({ point: { time: 5 } }));
    bus.publish(new DataHoverEvent(payload as DataHoverPayload));
    expect(heard.ours).toEqual([5, undefined]);
  },
);

it('after its end nothing is heard any more, and nothing stays marked', () => {
  const { bus, heard, stop } = pair();
  bus.publish(new DataHoverEvent({ point: { time: 5 } }));
  stop();
  bus.publish(new DataHoverEvent({ point: { time: 6 } }));
  bus.publish(new DataHoverClearEvent());
  expect(heard.ours).toEqual([5, undefined]);
});
