/**
 * The session that the address names: expanded, scrolled to, and fetched by its id when it is not among those loaded.
 * What is expanded last is what the address names.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { eventKey, sessionKey } from '../../model/sessionRows.ts';
import type { SessionItem } from '../../model/source.ts';
import { sentenceOf } from '../useAnswer.ts';
import { usePorts } from '../ViewContext.tsx';
import type { RowsHandle } from '../VirtualRows.tsx';
import type { Sessions } from './useSessions.ts';
import type { Timelines } from './useTimelines.ts';

export interface OpenSession {
  /** Asked for by its id, and not there yet. */
  readonly seeking: string | undefined;
  readonly failure: string | undefined;
  /** The session that had to be fetched. */
  readonly found: SessionItem | undefined;
  open(sessionId: string): void;
  close(sessionId: string): void;
  /** Drops the session of the address. */
  forget(): void;
}

export function useOpenSession(
  sessions: Sessions,
  timelines: Timelines,
  handle: RefObject<RowsHandle | null>,
): OpenSession {
  const { source, view, setView } = usePorts();
  const [failure, setFailure] = useState<string>();
  const [found, setFound] = useState<SessionItem>();
  // What this view wrote into the address itself needs no scrolling to.
  const own = useRef<string>(undefined);
  const toScrollTo = useRef<string>(undefined);
  const toReveal = useRef<string>(undefined);
  const eventToOpen = useRef<string>(undefined);

  const asked = view.openSession;
  const { loaded, loading, list, put } = sessions;
  const there = asked !== undefined && list.items.some((one) => isCalled(one, asked));

  const { expand, collapse } = timelines;
  const items = useRef(list.items);
  items.current = list.items;
  useEffect(() => {
    const before = own.current;
    if (asked === before) return;
    own.current = asked;
    if (asked === undefined) {
      // Whoever named it names none any more: a dashboard's variable was emptied, a reader went back.
      const left = items.current.find((one) => before !== undefined && isCalled(one, before));
      if (left !== undefined) collapse(left.sessionId);
      return;
    }
    toScrollTo.current = asked;
    eventToOpen.current = view.selected;
    setFailure(undefined);
    setFound(undefined);
  }, [asked, view.selected, collapse]);

  const seeking = asked !== undefined && loaded && !loading && !there && failure === undefined;
  const latestPut = useRef(put);
  latestPut.current = put;
  useEffect(() => {
    if (!seeking || asked === undefined) return undefined;
    const ending = new AbortController();
    source.session(asked, ending.signal).then(
      (session) => {
        if (ending.signal.aborted) return;
        setFound(session);
        latestPut.current(session);
      },
      (error: unknown) => {
        if (!ending.signal.aborted) setFailure(sentenceOf(error));
      },
    );
    return () => ending.abort();
  }, [source, seeking, asked]);

  // Once it is there: expand it, and go to it when its row exists.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another session may be asked for while the list stays
  useEffect(() => {
    const wanted = toScrollTo.current;
    const session = wanted === undefined ? undefined : list.items.find((one) => isCalled(one, wanted));
    if (session === undefined) return;
    toScrollTo.current = undefined;
    toReveal.current = session.sessionId;
    expand(session.sessionId);
    requestAnimationFrame(() => handle.current?.focusKey(sessionKey(session.sessionId), 'start'));
  }, [list.items, expand, handle, asked]);

  // The last row can go up only once there is a timeline below it.
  const { expanded, toggleEvent } = timelines;
  useEffect(() => {
    const wanted = toReveal.current;
    if (wanted === undefined || !expanded.get(wanted)?.timeline.entries.known.size) return;
    toReveal.current = undefined;
    requestAnimationFrame(() => handle.current?.scrollToKey(sessionKey(wanted), 'start'));
  }, [expanded, handle]);

  // A link to an event of it leads on to that event.
  useEffect(() => {
    const wanted = eventToOpen.current;
    if (wanted === undefined || asked === undefined) return;
    for (const [sessionId, { timeline, open }] of expanded) {
      if (!timeline.entries.known.has(wanted)) continue;
      eventToOpen.current = undefined;
      if (!open.has(wanted)) toggleEvent(sessionId, wanted);
      requestAnimationFrame(() => handle.current?.scrollToKey(eventKey(sessionId, wanted), 'center'));
      return;
    }
  }, [expanded, toggleEvent, handle, asked]);

  const open = useCallback(
    (sessionId: string) => {
      own.current = sessionId;
      expand(sessionId);
      setView({ openSession: sessionId, selected: undefined }, 'replace');
    },
    [expand, setView],
  );
  const close = useCallback(
    (sessionId: string) => {
      collapse(sessionId);
      const left = [...expanded.keys()].filter((id) => id !== sessionId).at(-1);
      own.current = left;
      setView({ openSession: left, selected: undefined }, 'replace');
    },
    [collapse, expanded, setView],
  );
  const forget = useCallback(() => {
    setFailure(undefined);
    setView({ openSession: undefined, selected: undefined }, 'replace');
  }, [setView]);
  return { seeking: seeking ? asked : undefined, failure, found, open, close, forget };
}

/** Links may name a session by the protocol's own id. */
function isCalled({ sessionId, mcpSessionId }: SessionItem, id: string): boolean {
  return sessionId === id || mcpSessionId === id;
}
