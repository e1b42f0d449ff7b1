/** The list of sessions, from the source and kept up to date: first page, further pages, news while live. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { isOpenEnded, resolveRange } from '../../model/range.ts';
import {
  admitWaiting,
  appendSessions,
  isFull,
  mergeNews,
  NO_SESSIONS,
  type SessionList,
  withSession,
} from '../../model/sessionList.ts';
import { sessionQueryOf } from '../../model/sessionQuery.ts';
import type { Completeness, SessionItem } from '../../model/source.ts';
import { sentenceOf } from '../useAnswer.ts';
import { usePolling } from '../usePolling.ts';
import { useRetry } from '../useRetry.ts';
import { usePorts } from '../ViewContext.tsx';

/** Sessions of one page, and the most that one look for news reads again. */
const PAGE = 100;
const NEWS_MAX = 300;

export interface Sessions {
  readonly list: SessionList;
  /** A first page is on its way; `list` is what was there before. */
  readonly loading: boolean;
  /** A first page has come, for whatever was asked. */
  readonly loaded: boolean;
  readonly failure: string | undefined;
  /** News could not be had: what is shown stays. */
  readonly disconnected: string | undefined;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly moreFailure: string | undefined;
  readonly completeness: Completeness | undefined;
  readonly answeredAt: number | undefined;
  loadMore(): void;
  retry(): void;
  /** Brings in the sessions that waited. */
  admit(): void;
  /** Puts in one session that was asked for by its id. */
  put(session: SessionItem): void;
}

/** @param mayInsert Whether a new session may come in now without anything jumping. */
export function useSessions(mayInsert: () => boolean): Sessions {
  const { source, view, now, visible } = usePorts();
  const [list, setList] = useState(NO_SESSIONS);
  const [loading, setLoading] = useState(true);
  const [loaded, setLoaded] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [disconnected, setDisconnected] = useState<string>();
  const [next, setNext] = useState<string | null>(null);
  const [loadingMore, setLoadingMore] = useState(false);
  const [moreFailure, setMoreFailure] = useState<string>();
  const [completeness, setCompleteness] = useState<Completeness>();
  const [answeredAt, setAnsweredAt] = useState<number>();
  const [round, setRound] = useState(0);
  const range = useRef(resolveRange(view.range, now()));
  const turn = useRef<AbortController>(undefined);
  const shown = useRef(list);
  shown.current = list;

  const key = JSON.stringify([view.range, sessionQueryOf(view, { from: 0, to: 0 })]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what of the view is asked
  useEffect(() => {
    const ending = new AbortController();
    turn.current = ending;
    range.current = resolveRange(view.range, now());
    setLoading(true);
    setLoadingMore(false);
    setMoreFailure(undefined);
    source.sessions({ ...sessionQueryOf(view, range.current), limit: PAGE }, ending.signal).then(
      (page) => {
        if (ending.signal.aborted) return;
        setList(appendSessions(NO_SESSIONS, page.items));
        setNext(page.next);
        setCompleteness(page.completeness);
        setAnsweredAt(now());
        setFailure(undefined);
        setDisconnected(undefined);
        setLoading(false);
        setLoaded(true);
      },
      (error: unknown) => {
        if (ending.signal.aborted) return;
        setFailure(sentenceOf(error));
        setLoading(false);
      },
    );
    return () => ending.abort();
  }, [source, key, round]);

  const retry = useCallback(() => setRound((before) => before + 1), []);
  useRetry(failure !== undefined && !loaded && !loading, round, retry);

  const loadMore = useCallback(() => {
    const ending = turn.current;
    if (next === null || loadingMore || ending === undefined) return;
    setLoadingMore(true);
    setMoreFailure(undefined);
    source
      .sessions({ ...sessionQueryOf(view, range.current), limit: PAGE, cursor: next }, ending.signal)
      .then(
        (page) => {
          if (ending.signal.aborted) return;
          setList((before) => appendSessions(before, page.items));
          setNext(page.next);
          setLoadingMore(false);
        },
        (error: unknown) => {
          if (ending.signal.aborted) return;
          setMoreFailure(sentenceOf(error));
          setLoadingMore(false);
        },
      );
  }, [source, view, next, loadingMore]);

  const live = view.live && visible && loaded && !loading && isOpenEnded(view.range, now());
  usePolling(live, view.interval, async (signal) => {
    const limit = Math.min(NEWS_MAX, Math.max(PAGE, shown.current.items.length));
    try {
      const query = sessionQueryOf(view, resolveRange(view.range, now()));
      const page = await source.sessions({ ...query, limit }, signal);
      if (signal.aborted) return true;
      setList((before) => mergeNews(before, page.items, view.sort, mayInsert()));
      setCompleteness(page.completeness);
      setAnsweredAt(now());
      setDisconnected(undefined);
      if (isFull(shown.current) && mayInsert()) setRound((before) => before + 1);
      return true;
    } catch (error) {
      if (!signal.aborted) setDisconnected(sentenceOf(error));
      return false;
    }
  });

  return {
    list,
    loading,
    loaded,
    failure,
    disconnected,
    hasMore: next !== null,
    loadingMore,
    moreFailure,
    completeness,
    answeredAt,
    loadMore,
    retry,
    admit: () =>
      isFull(list) ? setRound((before) => before + 1) : setList((before) => admitWaiting(before, view.sort)),
    put: (session) => setList((before) => withSession(before, session, view.sort)),
  };
}
