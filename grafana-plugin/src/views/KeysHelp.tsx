/** The keys, listed. */
import { useEffect, useId, useRef } from 'react';
import { Button } from './Button.tsx';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['↑ ↓', 'row before, next row'],
  ['Home End', 'first, last row'],
  ['Page Up, Page Down', 'a screenful of rows'],
  ['Enter', 'open or close the row'],
  ['→ ←', 'open, close; in JSON: unfold, fold'],
  ['Tab', 'into the row and what it opened'],
  ['Esc', 'close; from inside, back to the row'],
  ['?', 'this list'],
];

export function KeysHelp({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="sl-dialog" aria-labelledby={id} onClose={onClose}>
      <header className="sl-dialog__head">
        <h2 id={id}>Keys</h2>
        <Button icon="close" name="Close" small onClick={onClose} />
      </header>
      <dl className="sl-keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
