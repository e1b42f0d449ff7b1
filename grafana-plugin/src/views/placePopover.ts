/** Where something opened stands: beside its button, inside the window, and there also when either moves. */

export interface Placing {
  /** Which edge of the button it keeps to. */
  readonly side: 'left' | 'right';
  /** Upwards where there is room. */
  readonly above: boolean;
}

/** Pixels. */
const GAP = 4;
const MARGIN = 8;
const HIGHEST = 480;
/** With so much room it opens where it was meant to. */
const ENOUGH = 240;
/** Below so wide a window it takes all of the width at the lower edge. */
const NARROW = 560;

/** Puts `panel` beside `button` until the function returned is called. */
export function keepBeside(button: HTMLElement, panel: HTMLElement, how: Placing): () => void {
  const page = button.ownerDocument;
  const window = page.defaultView;
  const place = () => {
    const { clientWidth, clientHeight } = page.documentElement;
    const spot = placeOf(button.getBoundingClientRect(), panel.offsetWidth, clientWidth, clientHeight, how);
    for (const edge of ['top', 'right', 'bottom', 'left', 'maxHeight', 'maxWidth'] as const) {
      const pixels = spot[edge];
      panel.style[edge] = pixels === undefined ? '' : `${pixels}px`;
    }
  };
  place();
  // What was asked for comes later and is wider than the word that it is coming.
  const observer = new ResizeObserver(place);
  observer.observe(panel);
  window?.addEventListener('resize', place);
  page.addEventListener('scroll', place, { capture: true, passive: true });
  return () => {
    observer.disconnect();
    window?.removeEventListener('resize', place);
    page.removeEventListener('scroll', place, { capture: true });
  };
}

interface Spot {
  readonly top?: number;
  readonly right?: number;
  readonly bottom?: number;
  readonly left?: number;
  readonly maxHeight: number;
  readonly maxWidth?: number;
}

/** Pixels from the window's edges for something `width` wide beside `box`. */
export function placeOf(
  box: Pick<DOMRect, 'top' | 'right' | 'bottom' | 'left'>,
  width: number,
  windowWidth: number,
  windowHeight: number,
  { side, above }: Placing,
): Spot {
  if (windowWidth <= NARROW) {
    const maxHeight = Math.min(HIGHEST, windowHeight - 2 * MARGIN);
    return { right: MARGIN, bottom: MARGIN, left: MARGIN, maxHeight, maxWidth: windowWidth };
  }
  const roomAbove = box.top - GAP - MARGIN;
  const roomBelow = windowHeight - box.bottom - GAP - MARGIN;
  const [wished, other] = above ? [roomAbove, roomBelow] : [roomBelow, roomAbove];
  const upwards = (wished < ENOUGH && other > wished) !== above;
  const wanted = side === 'right' ? box.right - width : box.left;
  const left = Math.max(MARGIN, Math.min(windowWidth - width - MARGIN, wanted));
  const maxHeight = Math.max(0, Math.min(HIGHEST, upwards ? roomAbove : roomBelow));
  return upwards
    ? { bottom: windowHeight - box.top + GAP, left, maxHeight }
    : { top: box.bottom + GAP, left, maxHeight };
}
