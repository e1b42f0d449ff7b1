/**
 * A button with something that opens beside it. Escape and a press elsewhere close it; the focus goes in and back. What
 * opens lies in the browser's top layer: a frame of any size around the views, a panel of 200 pixels too, cuts nothing.
 */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button, type ButtonProps } from './Button.tsx';
import { keepBeside } from './placePopover.ts';

export interface PopoverProps {
  readonly button: Omit<ButtonProps, 'onClick' | 'element'>;
  /** Name of what opens. */
  readonly label: string;
  /** Which edge of the button it keeps to. */
  readonly side?: 'left' | 'right';
  /** It opens upwards where there is room: for buttons at the foot of the page. */
  readonly above?: boolean;
  onOpen?(): void;
  children(close: () => void): ReactNode;
}

const FOCUSABLE =
  'button:not(:disabled), a[href], input:not(:disabled), select:not(:disabled), [tabindex="0"]';

export function Popover({ button, label, side = 'left', above, onOpen, children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);

  // Before the focus goes in: what is not shown takes none.
  useLayoutEffect(() => {
    if (!open || opener.current === null || panel.current === null) return undefined;
    panel.current.showPopover();
    return keepBeside(opener.current, panel.current, { side, above: above ?? false });
  }, [open, side, above]);

  useEffect(() => {
    if (!open) return undefined;
    const first = panel.current?.querySelector<HTMLElement>('[data-autofocus]');
    (first ?? panel.current?.querySelector<HTMLElement>(FOCUSABLE) ?? panel.current)?.focus();
    const page = root.current?.ownerDocument;
    const closeOutside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    page?.addEventListener('pointerdown', closeOutside);
    page?.addEventListener('focusin', closeOutside);
    return () => {
      page?.removeEventListener('pointerdown', closeOutside);
      page?.removeEventListener('focusin', closeOutside);
    };
  }, [open]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears Escape on its way up
    <span
      ref={root}
      className="sl-popover"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <Button
        {...button}
        element={opener}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          if (!open) onOpen?.();
          setOpen(!open);
        }}
      />
      {open && (
        <div
          ref={panel}
          popover="manual"
          className="sl-popover__panel"
          role="dialog"
          aria-label={label}
          tabIndex={-1}
        >
          {children(close)}
        </div>
      )}
    </span>
  );
}
