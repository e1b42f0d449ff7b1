/** The event log's rows, from the source and kept up to date: first page, older pages, news while live. */
import { useEffect, useRef, useState } from 'react';
import { addNews, addOlder, type LogRows, mayLoadOlder, releaseHeld, startRows } from '../model/eventLog.ts';
import { eventFilterOf } from '../model/filters.ts';
import { isOpenEnded, resolveRange } from '../model/range.ts';
import type { EventPage } from '../model/source.ts';
import { sentenceOf } from './useAnswer.ts';
import { usePolling } from './usePolling.ts';
import { useRetry } from './useRetry.ts';
import { usePorts } from './ViewContext.tsx';

/** Rows of one page unless the shell says otherwise, and of one look for news (the most the API gives). */
const PAGE = 200;
const NEWS = 1_000;
/** Looks for news at once, one after the other, when there is more than one page of it. */
const NEWS_PAGES = 5;

export interface EventLogState {
  readonly log: LogRows | undefined;
  /** Changes with every first page, as soon as any row of it is there: the list then goes to its newest end. */
  readonly generation: number;
  /** A first page is on its way; `log` is what was there before, unless `partial`. */
  readonly loading: boolean;
  /** `log` is the newest part of a first page that has not come whole, or never did. */
  readonly partial: boolean;
  readonly loadingOlder: boolean;
  /** The first page, or the last older one, could not be had. */
  readonly failure: string | undefined;
  /** News could not be had: what is shown stays. */
  readonly disconnected: string | undefined;
  readonly answeredAt: number | undefined;
  readonly mayLoadOlder: boolean;
  loadOlder(): void;
  reload(): void;
}

export function useEventLog(): EventLogState {
  const { source, view, now, visible, capabilities } = usePorts();
  const pageSize = capabilities.pageSize ?? PAGE;
  const [log, setLog] = useState<LogRows>();
  const [generation, setGeneration] = useState(0);
  const [loading, setLoading] = useState(true);
  const [partial, setPartial] = useState(false);
  const [loadingOlder, setLoadingOlder] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [disconnected, setDisconnected] = useState<string>();
  const [answeredAt, setAnsweredAt] = useState<number>();
  const [round, setRound] = useState(0);
  const range = useRef(resolveRange(view.range, now()));
  const logNow = useRef(log);
  logNow.current = log;
  const live = useRef(view.live);
  live.current = view.live;
  const turn = useRef<AbortController>(undefined);

  const key = JSON.stringify([view.range, view.q.trim(), view.filters]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what of the view is asked
  useEffect(() => {
    const ending = new AbortController();
    turn.current = ending;
    range.current = resolveRange(view.range, now());
    setLoading(true);
    setPartial(false);
    setLoadingOlder(false);
    let begun = false;
    const show = (page: EventPage, whole: boolean) => {
      setLog(startRows(page));
      setPartial(!whole);
      // What comes after the first rows is older: it must not move a reader who has begun to look around.
      if (begun || (!whole && page.items.length === 0)) return;
      begun = true;
      setGeneration((before) => before + 1);
    };
    source
      .events(
        { ...eventFilterOf(view, openEnd(range.current)), order: 'newest', limit: pageSize },
        ending.signal,
        (page) => {
          if (!ending.signal.aborted) show(page, false);
        },
      )
      .then(
        (page) => {
          if (ending.signal.aborted) return;
          show(page, true);
          setLoading(false);
          setFailure(undefined);
          setDisconnected(undefined);
          setAnsweredAt(now());
        },
        (error: unknown) => {
          if (ending.signal.aborted) return;
          setLoading(false);
          setFailure(sentenceOf(error));
        },
      );
    return () => ending.abort();
  }, [key, round, source]);

  /** A range that goes on has no end to ask for, or what is written while we ask would fall between two pages. */
  function openEnd(given: { readonly from: number; readonly to: number }) {
    return view.range.kind === 'absolute' ? given : { from: given.from };
  }

  usePolling(
    visible && log !== undefined && !loading && isOpenEnded(view.range, now()),
    view.interval,
    async (signal) => {
      const asking = turn.current;
      let after = logNow.current?.latest;
      if (after === undefined || asking === undefined) return true;
      const ending = AbortSignal.any([signal, asking.signal]);
      try {
        const filter = eventFilterOf(view, openEnd(range.current));
        for (let page = 0; page < NEWS_PAGES; page += 1) {
          const news: EventPage = await source.events({ ...filter, after, limit: NEWS }, ending);
          if (ending.aborted) return true;
          setLog((current) => (current === undefined ? current : addNews(current, news, !live.current)));
          setDisconnected(undefined);
          setAnsweredAt(now());
          const last = news.items.at(-1);
          if (news.next === null || last === undefined) return true;
          after = last.sequence;
        }
        // Too far behind to catch up row by row, as after a day in the background: the newest are what is asked for.
        if (live.current) setRound((current) => current + 1);
        return true;
      } catch (error) {
        if (!ending.aborted) setDisconnected(sentenceOf(error));
        return false;
      }
    },
  );

  const retry = () => setRound((before) => before + 1);
  useRetry(failure !== undefined && log === undefined && !loading, round, retry);

  useEffect(() => {
    if (view.live) setLog((current) => (current === undefined ? current : releaseHeld(current)));
  }, [view.live]);

  const loadOlder = () => {
    const before = logNow.current;
    const asking = turn.current;
    if (before === undefined || before.older === null || asking === undefined) return;
    setLoadingOlder(true);
    const filter = eventFilterOf(view, openEnd(range.current));
    source.events({ ...filter, order: 'newest', limit: pageSize, cursor: before.older }, asking.signal).then(
      (page) => {
        if (asking.signal.aborted) return;
        setLog((current) => (current === undefined ? current : addOlder(current, page)));
        setLoadingOlder(false);
        setFailure(undefined);
      },
      (error: unknown) => {
        if (asking.signal.aborted) return;
        setLoadingOlder(false);
        setFailure(sentenceOf(error));
      },
    );
  };

  return {
    log,
    generation,
    loading,
    partial,
    loadingOlder,
    failure,
    disconnected,
    answeredAt,
    mayLoadOlder: log !== undefined && mayLoadOlder(log),
    loadOlder,
    reload: retry,
  };
}
