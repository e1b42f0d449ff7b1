/** Everything known of one event: facts at the left, what was sent and what came back at the right. */
import { useMemo } from 'react';
import { eventName } from '../model/eventText.ts';
import type { EventItem } from '../model/source.ts';
import { outcomeSentence, standingOf } from '../model/words.ts';
import { Button } from './Button.tsx';
import { EventFacts } from './EventFacts.tsx';
import { Icon } from './Icon.tsx';
import { later } from './later.ts';
import { Text } from './Text.tsx';
import { useAnswer } from './useAnswer.ts';
import { usePorts } from './ViewContext.tsx';
import './eventDetails.css';

export interface EventDetailsProps {
  readonly event: EventItem;
  readonly pinned?: boolean;
  onPin?(): void;
  onClose?(): void;
}

export function EventDetails({ event, pinned, onPin, onClose }: EventDetailsProps) {
  const { source } = usePorts();
  const id = event.eventId;
  const answer = useAnswer(id, async (signal) => {
    if (id === undefined) throw new Error('This record has no id to ask by.');
    const [detail, { Payload }] = await Promise.all([
      source.event(id, signal),
      later(import('./Payload.tsx')),
    ]);
    return { detail, Payload };
  });
  const { detail, Payload } = answer.value ?? {};
  const standing = standingOf(event);
  const bad = standing !== undefined && standing.tone !== 'ok' && standing.tone !== 'muted';
  const payloads = useMemo(
    () =>
      (['request', 'response'] as const).map((part) => ({
        part,
        payload: detail?.payloads.find((one) => one.part === part),
      })),
    [detail],
  );
  return (
    <section className="sl-details" aria-label={`Details of ${eventName(event)}`}>
      <header className="sl-details__head">
        <h2 className="sl-cut">
          <Text value={eventName(event)} />
        </h2>
        <span className="sl-details__tools">
          {onPin !== undefined && (
            <Button
              icon="pin"
              name={pinned ? 'Unpin: close when another opens' : 'Pin: keep open beside others'}
              small
              aria-pressed={pinned ?? false}
              onClick={onPin}
            />
          )}
          {onClose !== undefined && <Button icon="close" name="Close details" small onClick={onClose} />}
        </span>
      </header>
      {(bad || event.errorMessage !== undefined) && (
        <p className="sl-details__error sl-tone" data-tone={standing?.tone ?? 'error'}>
          <Icon name={standing?.icon ?? 'cross'} />
          <span>
            <strong>{outcomeSentence(event) ?? 'error'}</strong>
            {event.rpcResponseStatusCode !== undefined && ` (code ${event.rpcResponseStatusCode})`}
            {event.errorMessage !== undefined && (
              <>
                {': '}
                <Text value={event.errorMessage} />
              </>
            )}
          </span>
        </p>
      )}
      <div className="sl-details__columns">
        <EventFacts event={event} detail={detail} />
        <div className="sl-details__payloads">
          {Payload === undefined ? (
            <p role={answer.failure === undefined ? 'status' : 'alert'} className="sl-muted">
              {answer.failure === undefined
                ? 'Loading request and response…'
                : `Request and response could not be loaded. ${answer.failure} `}
              {answer.failure !== undefined && (
                <Button look="framed" small onClick={answer.retry}>
                  Try again
                </Button>
              )}
            </p>
          ) : (
            payloads.map(({ part, payload }) => (
              <Payload key={part} part={part} payload={payload} event={event} />
            ))
          )}
        </div>
      </div>
    </section>
  );
}
