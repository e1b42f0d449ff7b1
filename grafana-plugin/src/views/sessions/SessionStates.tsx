/** What stands where sessions would be: loading, why nothing came, what to drop, or how to begin. */

import { formatTime } from '../../model/format.ts';
import { rangeWords, resolveRange } from '../../model/range.ts';
import { droppables, sessionQueryOf } from '../../model/sessionQuery.ts';
import { NO_FILTERS } from '../../model/viewState.ts';
import { Button } from '../Button.tsx';
import { later } from '../later.ts';
import { Skeleton } from '../Skeleton.tsx';
import { Text } from '../Text.tsx';
import { useAnswer } from '../useAnswer.ts';
import { usePorts } from '../ViewContext.tsx';
import type { Sessions } from './useSessions.ts';

export function SessionsState({ sessions }: { readonly sessions: Sessions }) {
  const { view } = usePorts();
  if (!sessions.loaded && sessions.loading) return <Skeleton rows={12} label="Loading sessions" />;
  if (!sessions.loaded) {
    return (
      <div role="alert" className="sl-state">
        <h2>The sessions could not be loaded</h2>
        <p>{sessions.failure}</p>
        <Button look="accent" icon="retry" onClick={sessions.retry}>
          Try again
        </Button>
      </div>
    );
  }
  return droppables(view).length > 0 ? <NothingMatches /> : <NothingHere />;
}

/** Which one filter, dropped alone, would show something: asked, so that nobody has to guess. */
function NothingMatches() {
  const { source, view, setView, now, zone } = usePorts();
  const choices = droppables(view);
  const key = JSON.stringify([choices, view.range]);
  const helps = useAnswer(key, async (signal) => {
    const range = resolveRange(view.range, now());
    const answers = await Promise.all(
      choices.map(({ change }) =>
        source.sessions({ ...sessionQueryOf({ ...view, ...change }, range), limit: 1 }, signal),
      ),
    );
    return choices.filter((_, index) => (answers[index]?.items.length ?? 0) > 0).map(({ id }) => id);
  });
  return (
    <div role="status" className="sl-state">
      <h2>No session matches in the {rangeWords(view.range, zone)}</h2>
      <p>{adviceOf(choices.length, helps.value?.length)}</p>
      <div className="sl-choices">
        {choices.map(({ id, words, change }) => (
          <Button
            key={id}
            look={helps.value?.includes(id) ? 'accent' : 'framed'}
            icon="close"
            onClick={() => setView(change)}
          >
            <Text value={words} />
          </Button>
        ))}
        {choices.length > 1 && (
          <Button look="framed" onClick={() => setView({ q: '', status: 'all', filters: NO_FILTERS })}>
            Clear all
          </Button>
        )}
      </div>
    </div>
  );
}

function adviceOf(choices: number, helping: number | undefined): string {
  if (helping === undefined) return choices === 1 ? 'Drop the filter:' : 'Drop a filter:';
  if (helping === 0) return 'Dropping one of them is not enough; clear all, or choose a longer range.';
  return helping === 1 && choices > 1 ? 'Dropping the highlighted one shows sessions:' : 'Drop one of them:';
}

function NothingHere() {
  const { source, view, setView, zone, capabilities } = usePorts();
  const answer = useAnswer('newest', async (signal) => {
    const { items } = await source.events({ limit: 1, order: 'newest' }, signal);
    const newest = items[0]?.time;
    return { newest, ...(newest === undefined && (await later(import('./FirstVisit.tsx')))) };
  });
  const { about } = capabilities;
  if (about?.archive.state === 'off') {
    return (
      <div role="alert" className="sl-state">
        <h2>Nothing is kept at the moment</h2>
        <p>
          Traffic goes on. <Text value={about.archive.reason} />
        </p>
        <p>
          <Text value={about.archive.advice} />
        </p>
      </div>
    );
  }
  // In a dashboard nobody is at the first visit, and when the newest event was may take a while to find.
  if (answer.value === undefined && answer.loading && !capabilities.embedded) {
    return <Skeleton rows={12} label="Loading sessions" />;
  }
  const { newest, FirstVisit } = answer.value ?? {};
  if (FirstVisit !== undefined) return <FirstVisit about={about} />;
  return (
    <div role="status" className="sl-state">
      <h2>No sessions in the {rangeWords(view.range, zone)}</h2>
      <p>
        {newest === undefined
          ? answer.failure
          : `The newest event was at ${formatTime(newest, zone, 'withDate').slice(0, -'.000'.length)}.`}
      </p>
      {capabilities.rangePicker && (
        <Button look="framed" onClick={() => setView({ range: { kind: 'relative', ms: 7 * 86_400_000 } })}>
          Look at the last 7 days
        </Button>
      )}
    </div>
  );
}
