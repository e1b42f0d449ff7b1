/** A dashboard of one or more panels: time range, refresh, variables, theme, and each panel's own queries. */
import {
  applyFieldOverrides,
  createTheme,
  type DataFrame,
  DataHoverClearEvent,
  DataHoverEvent,
  type DataQueryRequest,
  dateMath,
  dateTime,
  EventBusSrv,
  LoadingState,
  type PanelData,
  type PanelPlugin,
  ThemeContext,
  type TimeRange,
} from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';
import { lastValueFrom } from 'rxjs';
import type { Given, GivenPanel } from './given.ts';
import { askShim } from './services.ts';
import { replaceVariables } from './variables.ts';

/** What a test may do to the dashboard, as a reader does with its controls. */
export interface HostControls {
  setRange(from: string, to: string): void;
  refresh(): void;
  setTheme(theme: 'light' | 'dark'): void;
  setOptions(id: number, options: Readonly<Record<string, unknown>>): void;
  setSize(id: number, width: number, height: number): void;
  /** Points at a moment in another panel, as its crosshair does; without one, away from it. */
  point(time?: number): void;
  unmount(): void;
}

/** All panels of a dashboard hear each other. */
const BUS = new EventBusSrv();

export function Dashboard({ plugin, given }: { readonly plugin: PanelPlugin; readonly given: Given }) {
  const [range, setRange] = useState(() => rangeOf(given.from, 'now'));
  const [refreshes, setRefreshes] = useState(0);
  const [mode, setMode] = useState(given.theme);
  const [panels, setPanels] = useState(given.panels);
  const [mounted, setMounted] = useState(true);
  const [, redraw] = useState(0);
  const theme = useMemo(() => createTheme({ colors: { mode } }), [mode]);
  useEffect(() => {
    const change = (id: number, part: Partial<GivenPanel>) =>
      setPanels((before) => before.map((panel) => (panel.id === id ? { ...panel, ...part } : panel)));
    const controls: HostControls = {
      setRange: (from, to) => setRange(rangeOf(from, to)),
      refresh: () => {
        setRange((before) => rangeOf(before.raw.from, before.raw.to));
        setRefreshes((count) => count + 1);
      },
      setTheme: setMode,
      setOptions: (id, options) =>
        setPanels((before) =>
          before.map((panel) =>
            panel.id === id ? { ...panel, options: { ...panel.options, ...options } } : panel,
          ),
        ),
      setSize: (id, width, height) => change(id, { width, height }),
      point: (time) =>
        BUS.publish(time === undefined ? new DataHoverClearEvent() : new DataHoverEvent({ point: { time } })),
      unmount: () => setMounted(false),
    };
    Reflect.set(window, 'host', controls);
    const watching = locationService.getLocationObservable().subscribe(() => redraw((count) => count + 1));
    return () => watching.unsubscribe();
  }, []);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <main style={{ display: 'flex', flexWrap: 'wrap', width: '100%', height: '100dvh' }}>
        <h1 className="sr-only">Dashboard</h1>
        {mounted &&
          panels.map((panel) => (
            <section
              key={panel.id}
              aria-label={panel.title ?? `Panel ${panel.id}`}
              style={{
                width: panel.width ?? '100%',
                height: panel.height ?? '100%',
                background: theme.colors.background?.primary,
              }}
            >
              <Panel plugin={plugin} given={given} panel={panel} range={range} refreshes={refreshes} />
            </section>
          ))}
      </main>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

interface PanelPlace {
  readonly plugin: PanelPlugin;
  readonly given: Given;
  readonly panel: GivenPanel;
  readonly range: TimeRange;
  readonly refreshes: number;
}

function Panel({ plugin, given, panel, range, refreshes }: PanelPlace) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [frame, setFrame] = useState<HTMLDivElement | null>(null);
  useEffect(() => {
    if (frame === null) return undefined;
    const observer = new ResizeObserver(() =>
      setSize({ width: frame.clientWidth, height: frame.clientHeight }),
    );
    observer.observe(frame);
    return () => observer.disconnect();
  }, [frame]);
  const { id, targets, links } = panel;
  const queries = useMemo(() => ({ id, targets, links }), [id, targets, links]);
  const data = usePanelData(given, queries, range, refreshes);
  const options = useMemo(() => {
    const saved = {
      ...panel,
      type: 'sightline-mcpsessions-panel',
      fieldConfig: { defaults: {}, overrides: [] },
    };
    const migrated = plugin.onPanelMigration?.(saved as never);
    return { ...(plugin.defaults as object), ...(migrated as object) };
  }, [plugin, panel]);
  const Component = plugin.panel;
  return (
    <div ref={setFrame} style={{ width: '100%', height: '100%', overflow: 'hidden' }}>
      {Component !== null && size.width > 0 && (
        <Component
          id={panel.id}
          data={data}
          timeRange={range}
          timeZone={given.timeZone}
          options={options}
          transparent={false}
          width={size.width}
          height={size.height}
          fieldConfig={{ defaults: {}, overrides: [] }}
          renderCounter={0}
          title={panel.title ?? ''}
          eventBus={BUS}
          onOptionsChange={() => undefined}
          onFieldConfigChange={() => undefined}
          replaceVariables={replaceVariables}
          onChangeTimeRange={() => undefined}
        />
      )}
    </div>
  );
}

/** What of a panel its data depends on: a change of its size asks nothing anew. */
type PanelQueries = Pick<GivenPanel, 'id' | 'targets'> & { readonly links: GivenPanel['links'] | undefined };

/** The panel's own queries: asked at first, with every change of the range and every refresh. */
function usePanelData(given: Given, panel: PanelQueries, range: TimeRange, refreshes: number): PanelData {
  const [data, setData] = useState<PanelData>(() => ({
    state: LoadingState.NotStarted,
    series: [],
    timeRange: range,
    request: requestOf(given, panel, range, refreshes),
  }));
  useEffect(() => {
    let over = false;
    const request = requestOf(given, panel, range, refreshes);
    setData((before) => ({ ...before, state: LoadingState.Loading, request, timeRange: range }));
    const ask = async () => {
      const answers = await Promise.all(
        panel.targets.map((target) =>
          lastValueFrom(
            askShim(
              target.datasource.type,
              { ...request, targets: [target] } as unknown as DataQueryRequest,
              given,
            ),
          ),
        ),
      );
      const errors = answers.flatMap((answer) => answer.errors ?? []);
      const series = answers.flatMap((answer, index) =>
        answer.data.map((frame) => withLinks({ ...frame, refId: panel.targets[index]?.refId }, panel)),
      );
      if (over) return;
      const state = errors.length > 0 ? LoadingState.Error : LoadingState.Done;
      setData({ state, series, timeRange: range, request, ...(errors.length > 0 && { errors }) });
    };
    void ask();
    return () => {
      over = true;
    };
  }, [given, panel, range, refreshes]);
  return data;
}

/** A frame as Grafana prepares it, where an author has put links on its lines. */
function withLinks(frame: DataFrame, { links }: PanelQueries): DataFrame {
  if (links === undefined) return frame;
  const linked = frame.fields.map((field) =>
    field.name === 'Line' ? { ...field, config: { ...field.config, links: [...links] } } : field,
  );
  const [prepared] = applyFieldOverrides({
    data: [{ ...frame, fields: linked }],
    fieldConfig: { defaults: {}, overrides: [] },
    theme: createTheme(),
    timeZone: 'utc',
    replaceVariables,
  });
  return prepared ?? frame;
}

function requestOf(given: Given, panel: PanelQueries, range: TimeRange, refreshes: number): DataQueryRequest {
  const targets =
    given.mode === 'snapshot'
      ? [{ refId: 'A', queryType: 'snapshot', datasource: { type: 'grafana', uid: 'grafana' } }]
      : panel.targets;
  return {
    app: 'dashboard',
    requestId: `Q${panel.id}-${refreshes}`,
    dashboardUID: 'host',
    panelId: panel.id,
    timezone: given.timeZone,
    interval: '1s',
    intervalMs: 1_000,
    maxDataPoints: 1_000,
    range,
    scopedVars: {},
    startTime: Date.now(),
    targets: [...targets],
  };
}

function rangeOf(from: TimeRange['raw']['from'], to: TimeRange['raw']['to']): TimeRange {
  const moment = (given: typeof from, roundUp: boolean) =>
    typeof given === 'string' && /^\d+$/.test(given)
      ? dateTime(Number(given))
      : typeof given === 'string'
        ? dateTime(dateMath.toDateTime(given, { roundUp }))
        : given;
  const [start, end] = [moment(from, false), moment(to, true)];
  const raw = (given: typeof from, own: typeof start) =>
    typeof given === 'string' && given.startsWith('now') ? given : own;
  return { from: start, to: end, raw: { from: raw(from, start), to: raw(to, end) } };
}
