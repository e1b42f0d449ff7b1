/** The moment that the mouse points at, told to the dashboard's other panels and heard from them, without an echo. */
import { DataHoverClearEvent, DataHoverEvent, type EventBus } from '@grafana/data';

export class HoverSync {
  readonly #bus: EventBus;
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

  /**
   * Hears the others until the returned function is called.
   * @param onMoment Is told every change; undefined when nobody points anywhere any more.
   */
  listen(onMoment: (moment: number | undefined) => void): () => void {
    const hear = (time: unknown) => {
      if (this.#telling) return;
      const moment = typeof time === 'number' && Number.isFinite(time) ? time : undefined;
      if (moment === this.#heard) return;
      this.#heard = moment;
      onMoment(moment);
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
}
