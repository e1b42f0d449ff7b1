/** Where a panel's links lead, by what it asks, what its options name, and what its reader may. */
import type { PanelProps } from '@grafana/data';
import { config } from '@grafana/runtime';
import { useMemo, useRef } from 'react';
import type { EventItem, SessionItem } from '../model/source.ts';
import type { Capabilities } from '../views/ViewContext.tsx';
import { dataLinksOf } from './dataLinks.ts';
import { exploreLink, sessionAddress } from './links.ts';
import { type LinkWindow, windowOfEvent } from './linkWindow.ts';
import type { PanelOptions } from './options.ts';
import type { SourceInUse } from './useSource.ts';
import { DataLinks, EventSessionWays, type SessionLinks, SessionWays } from './WaysOut.tsx';

export function useLinks(
  { chosen, source }: SourceInUse,
  { sessionLink }: PanelOptions,
  { data, replaceVariables }: PanelProps<PanelOptions>,
): Pick<Capabilities, 'traceLink' | 'sessionWays' | 'eventSessionWays' | 'moreOfEvent'> {
  const { loki, tempo } = chosen;
  const { series } = data;
  // Links are made when they are drawn, with the variables as they are then.
  const replace = useRef(replaceVariables);
  replace.current = replaceVariables;
  return useMemo(() => {
    const base = config.appSubUrl ?? '';
    const explores = mayExplore();
    const links: SessionLinks = {
      ...(sessionLink !== '' &&
        !config.publicDashboardAccessToken && {
          page: (sessionId: string) => sessionAddress(sessionLink, sessionId, replace.current, base),
        }),
      ...(explores &&
        loki !== undefined && {
          logs: (sessionId: string, window: LinkWindow) => {
            const query = { queryType: 'range', expr: source.logQlOf({ session: [sessionId] }) };
            return exploreLink({ type: 'loki', uid: loki, query }, window, base);
          },
        }),
    };
    return {
      sessionWays: (session: SessionItem) => <SessionWays session={session} links={links} />,
      eventSessionWays: (event: EventItem) => <EventSessionWays event={event} links={links} />,
      moreOfEvent: ({ eventId }: EventItem) => {
        const found = eventId === undefined ? [] : dataLinksOf(series, eventId);
        return found.length === 0 ? undefined : ['Links', <DataLinks key="links" links={found} />];
      },
      ...(explores &&
        tempo !== undefined && {
          traceLink: (traceId: string, event: EventItem) => {
            const query = { queryType: 'traceql', query: traceId };
            return exploreLink({ type: 'tempo', uid: tempo, query }, windowOfEvent(event), base);
          },
        }),
    };
  }, [loki, tempo, source, sessionLink, series]);
}

/** Whether this reader may go to Explore at all: a link that is refused helps nobody. */
function mayExplore(): boolean {
  if (!config.exploreEnabled || config.publicDashboardAccessToken) return false;
  const { permissions } = config.bootData?.user ?? {};
  return permissions === undefined || permissions['datasources:explore'] === true;
}
