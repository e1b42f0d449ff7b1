/** The one search field: what is typed is asked when the typing pauses. */
import { useEffect, useRef, useState } from 'react';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { usePorts } from './ViewContext.tsx';

const PAUSE_MS = 250;
const LONGEST = 512;

export function SearchField() {
  const { view, setView } = usePorts();
  const [typed, setTyped] = useState(view.q);
  const asked = useRef(view.q);
  // Back, forward and "clear all" change the search without a key stroke.
  useEffect(() => {
    if (view.q === asked.current) return;
    asked.current = view.q;
    setTyped(view.q);
  }, [view.q]);
  useEffect(() => {
    if (typed === asked.current) return undefined;
    const timer = setTimeout(() => {
      asked.current = typed;
      setView({ q: typed }, 'replace');
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, setView]);
  const input = useRef<HTMLInputElement>(null);
  return (
    <search className="sl-search">
      <Icon name="search" />
      <input
        ref={input}
        data-search
        className="sl-input"
        type="search"
        aria-label="Search"
        aria-keyshortcuts="/"
        placeholder={
          view.tab === 'events'
            ? 'Tool, method, session, error, server, client…'
            : 'Session, server, client, tool…'
        }
        maxLength={LONGEST}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (typed === '') event.currentTarget.blur();
          setTyped('');
          event.preventDefault();
        }}
      />
      {typed === '' ? (
        <kbd className="sl-search__key">/</kbd>
      ) : (
        <Button
          icon="close"
          name="Clear the search"
          small
          className="sl-search__clear"
          onClick={() => {
            setTyped('');
            input.current?.focus();
          }}
        />
      )}
    </search>
  );
}
