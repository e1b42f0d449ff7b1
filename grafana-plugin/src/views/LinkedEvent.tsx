/** An event that a link asks for and that is not among the rows shown: older than the page, or filtered out. */
import { Button } from './Button.tsx';
import { EventDetails } from './EventDetails.tsx';
import { useAnswer } from './useAnswer.ts';
import { usePorts } from './ViewContext.tsx';

export function LinkedEvent({ eventId, onClose }: { readonly eventId: string; onClose(): void }) {
  const { source } = usePorts();
  const answer = useAnswer(eventId, (signal) => source.event(eventId, signal));
  return (
    <section className="sl-linked" aria-label="The event of this link">
      {answer.value === undefined ? (
        <div role={answer.failure === undefined ? 'status' : 'alert'} className="sl-notice">
          {answer.failure === undefined
            ? 'Looking for the event of this link…'
            : `The event of this link could not be loaded. ${answer.failure}`}
          <Button icon="close" name="Close" small onClick={onClose} />
        </div>
      ) : (
        <>
          <p className="sl-notice">
            This link's event is not among the rows below: they are newer, or filtered.
          </p>
          <EventDetails event={answer.value} onClose={onClose} />
        </>
      )}
    </section>
  );
}
