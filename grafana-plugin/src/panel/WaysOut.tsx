/** Ways out of the panel, as the views draw them in their places: to Explore, to other dashboards, wherever an author linked. */
import type { EventItem, SessionItem } from '../model/source.ts';
import { Icon } from '../views/Icon.tsx';
import { Text } from '../views/Text.tsx';
import { useAnswer } from '../views/useAnswer.ts';
import { usePorts } from '../views/ViewContext.tsx';
import type { EventLink } from './dataLinks.ts';
import { type LinkWindow, windowOfEvent, windowOfSession } from './linkWindow.ts';

/** Where a session's links lead; absent where the reader may not go, or there is nothing. */
export interface SessionLinks {
  logs?(sessionId: string, window: LinkWindow): string;
  page?(sessionId: string): string | undefined;
}

export function SessionWays({
  session,
  links,
}: {
  readonly session: SessionItem;
  readonly links: SessionLinks;
}) {
  const lived = windowOfSession(session);
  const logs = lived && links.logs?.(session.sessionId, lived);
  const page = links.page?.(session.sessionId);
  return (
    <>
      {page !== undefined && (
        <a className="sl-button sl-button--small" href={page}>
          Open its dashboard
        </a>
      )}
      {logs !== undefined && (
        <a className="sl-button sl-button--small" href={logs} target="_blank" rel="noreferrer">
          Open logs <Icon name="external" />
        </a>
      )}
    </>
  );
}

export function EventSessionWays({
  event,
  links,
}: {
  readonly event: EventItem;
  readonly links: SessionLinks;
}) {
  const { source } = usePorts();
  const { sessionId } = event;
  // How long it lived, the event does not say. Until it is known, the link leads to the time around the event.
  const lived = useAnswer(links.logs && sessionId, async (signal) =>
    windowOfSession(await source.session(sessionId ?? '', signal)),
  ).value;
  if (sessionId === undefined) return null;
  const logs = links.logs?.(sessionId, lived ?? windowOfEvent(event));
  const page = links.page?.(sessionId);
  return (
    <>
      {logs !== undefined && (
        <a href={logs} target="_blank" rel="noreferrer">
          open its logs <Icon name="external" />
        </a>
      )}
      {logs !== undefined && page !== undefined && ' · '}
      {page !== undefined && <a href={page}>open its dashboard</a>}
    </>
  );
}

/** What the dashboard's author, or a data source, links the event to. */
export function DataLinks({ links }: { readonly links: readonly EventLink[] }) {
  return (
    <ul className="sl-links">
      {links.map(({ title, href, newTab, open }) => (
        <li key={`${href} ${title}`}>
          <a
            href={href}
            {...(newTab && { target: '_blank', rel: 'noreferrer' })}
            onClick={(event) => {
              // As in Grafana: a key held down asks for the browser's own way.
              if (open === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              open(event);
            }}
          >
            <Text value={title} /> {newTab && <Icon name="external" />}
          </a>
        </li>
      ))}
    </ul>
  );
}
