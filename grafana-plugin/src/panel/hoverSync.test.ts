/** The dashboard's shared crosshair, over Grafana's own event bus: heard from others, never from ourselves. */
import { DataHoverClearEvent, DataHoverEvent, type DataHoverPayload, EventBusSrv } from '@grafana/data';
import { expect, it, vi } from 'vitest';
import { HoverSync } from './hoverSync.ts';

function pair() {
  const bus = new EventBusSrv();
  const [ours, others] = [new HoverSync(bus), new HoverSync(bus)];
  const stops = [ours.listen(), others.listen()];
  const stop = (): void => {
    for (const end of stops) end();
  };
  return { bus, ours, others, stop };
}

it('what one panel points at, the other hears, and only the other', () => {
  const { ours, others } = pair();
  const told = vi.fn();
  others.subscribe(told);
  ours.tell(1_000);
  expect([ours.read(), others.read()]).toEqual([undefined, 1_000]);
  ours.tell(1_000);
  expect(told).toHaveBeenCalledOnce();
  ours.tell(undefined);
  expect(others.read()).toBeUndefined();
  expect(told).toHaveBeenCalledTimes(2);
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
    const { bus, ours } = pair();
    bus.publish(new DataHoverEvent({ point: { time: 5 } }));
    bus.publish(new DataHoverEvent(payload as DataHoverPayload));
    expect(ours.read()).toBeUndefined();
  },
);

it('after its end nothing is heard any more, and nothing stays marked', () => {
  const { bus, ours, stop } = pair();
  bus.publish(new DataHoverEvent({ point: { time: 5 } }));
  stop();
  expect(ours.read()).toBeUndefined();
  bus.publish(new DataHoverEvent({ point: { time: 6 } }));
  bus.publish(new DataHoverClearEvent());
  expect(ours.read()).toBeUndefined();
});
