/** The line at the foot: whether the page follows, how much is in range, what is missing, and a way to take it along. */
import { completenessWords, type Flags } from '../model/completeness.ts';
import { formatCounted, formatTime } from '../model/format.ts';
import { isOpenEnded } from '../model/range.ts';
import type { Completeness } from '../model/source.ts';
import { ExportMenu } from './ExportMenu.tsx';
import type { LiveReport } from './liveReport.ts';
import { Popover } from './Popover.tsx';
import { usePorts } from './ViewContext.tsx';

export function Footer({ report }: { readonly report: LiveReport }) {
  return (
    <footer className="sl-foot">
      <LiveWords report={report} />
      {report.count !== undefined && <span className="sl-foot__part">{report.count}</span>}
      {report.completeness !== undefined && (
        <CompletenessBadge said={report.completeness} shown={report.shown} />
      )}
      <ExportMenu />
    </footer>
  );
}

function LiveWords({ report }: { readonly report: LiveReport }) {
  const { view, visible, now, zone, capabilities } = usePorts();
  const last =
    report.answeredAt === undefined ? '' : `, as of ${formatTime(report.answeredAt, zone).slice(0, 8)}`;
  const said = ((): { readonly state: string; readonly words: string } => {
    if (report.failure !== undefined) return { state: 'broken', words: `disconnected${last}, trying again` };
    if (report.stuck) return { state: 'broken', words: 'nothing loaded, trying again' };
    if (!isOpenEnded(view.range, now()))
      return { state: 'still', words: `not live: ${capabilities.notLive ?? 'the range ends in the past'}` };
    if (!view.live) {
      const news = report.pending > 0 ? `, ${formatCounted(report.pending, 'new event')} held back` : '';
      return { state: 'still', words: `paused${news}` };
    }
    if (!visible) return { state: 'still', words: 'stopped while this tab is hidden' };
    return { state: 'live', words: `live, every ${view.interval} s` };
  })();
  return (
    <span className="sl-foot__part sl-foot__live" role="status" data-live={said.state}>
      <span className="sl-dot" aria-hidden="true" />
      {said.words}
    </span>
  );
}

function CompletenessBadge({
  said,
  shown,
}: {
  readonly said: Completeness;
  readonly shown: Flags | undefined;
}) {
  const { zone } = usePorts();
  const words = completenessWords(said, zone, shown);
  return (
    <Popover
      above
      label="What is missing"
      button={{
        small: true,
        icon: words.complete ? 'check' : 'warning',
        className: words.complete ? 'sl-muted' : 'sl-foot__missing',
        children: words.badge,
      }}
    >
      {() => (
        <div className="sl-missing">
          <h2>{words.complete ? 'Nothing is missing' : 'Something is missing'}</h2>
          <ul>
            {words.sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
    </Popover>
  );
}
