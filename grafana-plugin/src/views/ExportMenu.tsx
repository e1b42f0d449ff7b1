/** The filtered range as a file: a download where somebody serves one, else put together here with progress and a way out. */
import { useEffect, useRef, useState } from 'react';
import { eventFilterOf } from '../model/filters.ts';
import { formatCounted } from '../model/format.ts';
import { resolveRange } from '../model/range.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { Popover } from './Popover.tsx';
import { sentenceOf } from './useAnswer.ts';
import { EXPORT_FORMATS, type ExportFormat, usePorts } from './ViewContext.tsx';

const FORMAT_WORDS: Readonly<Record<ExportFormat, string>> = {
  json: 'JSON: one document',
  ndjson: 'NDJSON: one event a line',
  csv: 'CSV: for spreadsheets',
  har: 'HAR 1.2: for network tools',
};

export function ExportMenu() {
  const { view, now, capabilities } = usePorts();
  const { exportLink, runExport } = capabilities;
  const run = useExportRun(runExport);
  if (exportLink === undefined && runExport === undefined) return null;
  if (run.state !== undefined) return <Running run={run} />;
  const filter = () => eventFilterOf(view, resolveRange(view.range, now()));
  return (
    <span className="sl-foot__end">
      <Popover
        above
        side="right"
        label="Export"
        button={{ small: true, icon: 'download', children: 'Export' }}
      >
        {(close) => (
          <div className="sl-options">
            <p className="sl-muted">All events of the range that match the filters, with payloads.</p>
            {EXPORT_FORMATS.map((format) =>
              exportLink === undefined ? (
                <Button
                  key={format}
                  icon="download"
                  onClick={() => {
                    close();
                    run.start(filter(), format);
                  }}
                >
                  {FORMAT_WORDS[format]}
                </Button>
              ) : (
                <a
                  key={format}
                  className="sl-button"
                  href={exportLink(filter(), format)}
                  download
                  onClick={close}
                >
                  <Icon name="download" /> {FORMAT_WORDS[format]}
                </a>
              ),
            )}
          </div>
        )}
      </Popover>
    </span>
  );
}

type RunState =
  | { readonly kind: 'running'; readonly written: number; readonly share: number }
  | { readonly kind: 'failed'; readonly message: string };

interface ExportRun {
  /** Undefined: none under way, and none failed that nobody has read about. */
  readonly state: RunState | undefined;
  start(...asked: readonly [filter: ReturnType<typeof eventFilterOf>, format: ExportFormat]): void;
  cancel(): void;
}

function useExportRun(runExport: ReturnType<typeof usePorts>['capabilities']['runExport']): ExportRun {
  const [state, setState] = useState<RunState>();
  const ending = useRef<AbortController>(undefined);
  useEffect(() => () => ending.current?.abort(), []);
  return {
    state,
    start: (filter, format) => {
      const own = new AbortController();
      ending.current = own;
      setState({ kind: 'running', written: 0, share: 0 });
      runExport?.(filter, format, {
        signal: own.signal,
        onProgress: (written, share) => {
          if (!own.signal.aborted) setState({ kind: 'running', written, share });
        },
      }).then(
        () => {
          if (!own.signal.aborted) setState(undefined);
        },
        (error: unknown) => {
          if (!own.signal.aborted) setState({ kind: 'failed', message: sentenceOf(error) });
        },
      );
    },
    cancel: () => {
      ending.current?.abort();
      setState(undefined);
    },
  };
}

function Running({ run }: { readonly run: ExportRun }) {
  const { state } = run;
  if (state === undefined) return null;
  if (state.kind === 'failed') {
    return (
      <span role="alert" className="sl-foot__end sl-export">
        <span className="sl-tone" data-tone="error">
          The export failed. {state.message}
        </span>
        <Button small icon="close" name="Close" onClick={run.cancel} />
      </span>
    );
  }
  return (
    <span className="sl-foot__end sl-export">
      <progress aria-label="Export" max={1} value={state.share} />
      <span role="status">{formatCounted(state.written, 'event')}</span>
      <Button small onClick={run.cancel}>
        Cancel
      </Button>
    </span>
  );
}
