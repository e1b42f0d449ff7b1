/** The moment that the mouse points at, told to the dashboard's other panels and heard from them, without an echo. */
import { DataHoverClearEvent, DataHoverEvent, type EventBus } from '@grafana/data';
import type { Pointed } from '../views/ViewContext.tsx';

export class HoverSync implements Pointed {
  readonly #bus: EventBus;
  readonly #readers = new Set<() => void>();
  #told: number | undefined;
  #heard: number | undefined;
  #telling = false;

  constructor(bus: EventBus) {
    this.#bus = bus;
  }

  /** Tells the others; undefined when the mouse points at nothing of a time. */
  tell(time: number | undefined): void {
    if (time === this.#told) return;
    this.#told = time;
    // A bus delivers at once, also to who told it, and not every one says whose event it is.
    this.#telling = true;
    this.#bus.publish(
      time === undefined ? new DataHoverClearEvent() : new DataHoverEvent({ point: { time } }),
    );
    this.#telling = false;
  }

  /** Hears the others until the returned function is called. */
  listen(): () => void {
    const hear = (time: unknown) => {
      if (this.#telling) return;
      const moment = typeof time === 'number' && Number.isFinite(time) ? time : undefined;
      if (moment === this.#heard) return;
      this.#heard = moment;
      for (const told of this.#readers) told();
    };
    const hovers = this.#bus
      .getStream(DataHoverEvent)
      .subscribe(({ payload }) => hear(payload.point?.['time']));
    const clears = this.#bus.getStream(DataHoverClearEvent).subscribe(() => hear(undefined));
    return () => {
      hovers.unsubscribe();
      clears.unsubscribe();
      hear(undefined);
    };
  }

  readonly read = (): number | undefined => this.#heard;

  readonly subscribe = (told: () => void): (() => void) => {
    this.#readers.add(told);
    return () => {
      this.#readers.delete(told);
    };
  };
}
