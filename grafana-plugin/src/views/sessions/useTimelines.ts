/** The timelines of the expanded sessions: their events page by page, the first drawn at once, then what is new. */
import { startTransition, useCallback, useEffect, useRef, useState } from 'react';
import { gapsOf } from '../../model/sessionGaps.ts';
import type { Expanded } from '../../model/sessionRows.ts';
import type { EventItem, SessionItem } from '../../model/source.ts';
import { addEvents, EMPTY_TIMELINE, withQuiet } from '../../model/timeline.ts';
import { EVENTS_MAX } from '../../model/timelineEntries.ts';
import { sentenceOf } from '../useAnswer.ts';
import { usePolling } from '../usePolling.ts';
import { usePorts } from '../ViewContext.tsx';

/** The first page fills any screen; those after it are the most the source gives. */
const FIRST_PAGE = 200;
const PAGE = 1_000;

export interface OpenTimeline extends Expanded {
  /** Ask after this sequence for news; undefined until all is loaded, and where that is too much. */
  readonly after: number | undefined;
}

export interface Timelines {
  readonly expanded: ReadonlyMap<string, OpenTimeline>;
  expand(sessionId: string): void;
  collapse(sessionId: string): void;
  retry(sessionId: string): void;
  /** Opens or closes the details of one event. */
  toggleEvent(sessionId: string, key: string): void;
}

/** @param sessions What is known of the sessions: news of one that has ended is not asked for. */
export function useTimelines(showsQuiet: boolean, sessions: readonly SessionItem[]): Timelines {
  const { source, view, visible } = usePorts();
  const [expanded, setExpanded] = useState<ReadonlyMap<string, OpenTimeline>>(new Map());
  const loads = useRef(new Map<string, AbortController>());
  const quiet = useRef(showsQuiet);
  quiet.current = showsQuiet;

  const change = useCallback((sessionId: string, how: (own: OpenTimeline) => OpenTimeline) => {
    setExpanded((before) => {
      const own = before.get(sessionId);
      return own === undefined ? before : new Map(before).set(sessionId, how(own));
    });
  }, []);

  const load = useCallback(
    async (sessionId: string) => {
      loads.current.get(sessionId)?.abort();
      const ending = new AbortController();
      loads.current.set(sessionId, ending);
      const { signal } = ending;
      // Asked first: whatever is written from here on is news.
      const newest = source.events({ session: [sessionId], limit: 1 }, signal);
      newest.catch(() => undefined);
      try {
        let cursor: string | null = null;
        let loaded = 0;
        for (let first = true; first || cursor !== null; first = false) {
          if (loaded >= EVENTS_MAX) {
            change(sessionId, (own) => ({ ...own, loading: { state: 'cut' } }));
            return;
          }
          const asked = { limit: first ? FIRST_PAGE : PAGE, ...(cursor !== null && { cursor }) };
          const page = await source.sessionEvents(sessionId, asked, signal);
          if (signal.aborted) return;
          cursor = page.next;
          loaded += page.items.length;
          const add = () =>
            change(sessionId, (own) => ({
              ...own,
              timeline: addEvents(own.timeline, page.items),
              loading: { state: 'more' },
            }));
          if (first) add();
          else startTransition(add);
        }
        const { latest } = await newest;
        if (signal.aborted) return;
        startTransition(() =>
          change(sessionId, (own) => ({ ...own, loading: { state: 'done' }, after: latest })),
        );
      } catch (error) {
        if (signal.aborted) return;
        change(sessionId, (own) => ({ ...own, loading: { state: 'failed', message: sentenceOf(error) } }));
      }
    },
    [source, change],
  );

  const expand = useCallback(
    (sessionId: string) => {
      if (loads.current.has(sessionId)) return;
      setExpanded((before) =>
        new Map(before).set(sessionId, {
          timeline: withQuiet(EMPTY_TIMELINE, quiet.current),
          loading: { state: 'first' },
          open: new Set(),
          after: undefined,
        }),
      );
      void load(sessionId);
    },
    [load],
  );

  const collapse = useCallback((sessionId: string) => {
    loads.current.get(sessionId)?.abort();
    loads.current.delete(sessionId);
    setExpanded((before) => {
      const left = new Map(before);
      left.delete(sessionId);
      return left;
    });
  }, []);

  useEffect(() => {
    setExpanded(
      (before) =>
        new Map(
          [...before].map(([id, own]) => [id, { ...own, timeline: withQuiet(own.timeline, showsQuiet) }]),
        ),
    );
  }, [showsQuiet]);

  useEffect(() => {
    const running = loads.current;
    return () => {
      for (const ending of running.values()) ending.abort();
      running.clear();
    };
  }, []);

  // One that has ended is followed until its last event is there: the summary may come first.
  const isOver = (sessionId: string, { timeline }: OpenTimeline) => {
    const session = sessions.find((one) => one.sessionId === sessionId);
    return session?.sessionStatus === 'ended' && gapsOf(timeline.entries.numbers, session).tail === 0;
  };
  const followed = [...expanded].filter(([id, own]) => own.after !== undefined && !isOver(id, own));
  usePolling(view.live && visible && followed.length > 0, view.interval, async (signal) => {
    const answers = await Promise.all(
      followed.map(async ([id, { after = 0 }]) => {
        try {
          const query = { session: [id], after, limit: PAGE };
          const page = await source.events(query, signal);
          if (!signal.aborted) take(id, page.items, page.next === null ? page.latest : undefined);
          return true;
        } catch {
          // The list of sessions asks the same source and says that it does not answer.
          return false;
        }
      }),
    );
    return answers.every(Boolean);
  });

  const take = (sessionId: string, items: readonly EventItem[], latest: number | undefined) => {
    const reached = items.reduce((most, { sequence }) => Math.max(most, sequence), 0);
    change(sessionId, (own) => ({
      ...own,
      timeline: addEvents(own.timeline, items),
      after: Math.max(own.after ?? 0, reached, latest ?? 0),
    }));
  };

  const toggleEvent = useCallback(
    (sessionId: string, key: string) =>
      change(sessionId, (own) => {
        const open = new Set(own.open);
        if (!open.delete(key)) open.add(key);
        return { ...own, open };
      }),
    [change],
  );

  return { expanded, expand, collapse, retry: (sessionId) => void load(sessionId), toggleEvent };
}
