/** A list of choices for a popover: arrow keys move, Enter or Space chooses, letters typed into its field narrow it. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './Icon.tsx';
import { Text } from './Text.tsx';

export interface Option {
  readonly value: string;
  readonly word: string;
  readonly chosen: boolean;
  /** At the right, muted: a count, a key. */
  readonly note?: ReactNode;
}

export interface OptionListProps {
  readonly label: string;
  readonly options: readonly Option[];
  /** Several can be chosen. */
  readonly multiple?: boolean;
  /** With a field that narrows the list. */
  readonly searchable?: boolean;
  readonly empty?: string;
  onChoose(value: string): void;
}

export function OptionList({ label, options, multiple, searchable, empty, onChoose }: OptionListProps) {
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      options.findIndex((option) => option.chosen),
    ),
  );
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  // A popover gives the focus to what is in it when it opens; choices that had to be asked for come later.
  useEffect(() => {
    const panel = list.current?.closest('[role="dialog"]');
    if (!panel || panel !== panel.ownerDocument.activeElement) return;
    panel.querySelector<HTMLElement>('[data-autofocus]')?.focus();
  }, []);
  const needle = typed.trim().toLowerCase();
  const shown = options.filter((option) => option.word.toLowerCase().includes(needle));
  const current = Math.min(active, shown.length - 1);

  const moveTo = (index: number, element: Element) => {
    const next = Math.max(0, Math.min(shown.length - 1, index));
    setActive(next);
    element.ownerDocument.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const typing = event.target instanceof HTMLInputElement;
    const option = shown[current];
    if (event.key === 'ArrowDown') moveTo(current + 1, event.currentTarget);
    else if (event.key === 'ArrowUp') moveTo(current - 1, event.currentTarget);
    else if (event.key === 'Home' && !typing) moveTo(0, event.currentTarget);
    else if (event.key === 'End' && !typing) moveTo(shown.length - 1, event.currentTarget);
    else if ((event.key === 'Enter' || (event.key === ' ' && !typing)) && option) onChoose(option.value);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const held = {
    'aria-controls': `${id}-list`,
    'aria-activedescendant': shown.length > 0 ? `${id}-${current}` : undefined,
    onKeyDown,
  };
  return (
    <>
      {searchable && (
        <input
          {...held}
          className="sl-input sl-options__field"
          role="combobox"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-label={`Narrow: ${label}`}
          placeholder="Narrow…"
          data-autofocus
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
        />
      )}
      <div
        {...(searchable ? {} : held)}
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        aria-multiselectable={multiple}
        tabIndex={searchable ? -1 : 0}
        data-autofocus={searchable ? undefined : ''}
        className="sl-options"
      >
        {shown.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list holds the focus and the keys
          <div
            key={option.value}
            id={`${id}-${index}`}
            role="option"
            aria-selected={option.chosen}
            data-active={index === current ? '' : undefined}
            className="sl-option"
            onClick={() => onChoose(option.value)}
          >
            <span className="sl-option__tick">{option.chosen && <Icon name="check" />}</span>
            <span className="sl-option__word sl-cut">
              <Text value={option.word} />
            </span>
            {option.note !== undefined && <span className="sl-option__note">{option.note}</span>}
          </div>
        ))}
        {shown.length === 0 && <div className="sl-option sl-muted">{empty ?? 'Nothing by that name.'}</div>}
      </div>
    </>
  );
}
