/** Gives the views what a dashboard has: data sources, time range, time zone, variables, theme, and a place of any size. */
import { type PanelProps, ThemeContext } from '@grafana/data';
import { type KeyboardEvent, useContext, useMemo, useRef } from 'react';
import { recognise } from '../data/recognise.ts';
import { isOpenEnded } from '../model/range.ts';
import { Page } from '../views/Page.tsx';
import { Skeleton } from '../views/Skeleton.tsx';
import { type Capabilities, type ViewPorts, ViewProvider } from '../views/ViewContext.tsx';
import { copy } from './clipboard.ts';
import { exportRunner } from './download.ts';
import { type PanelOptions, readOptions } from './options.ts';
import { shownView } from './panelView.ts';
import { standingOf } from './standing.ts';
import { themeVariables } from './theme.ts';
import { rangeChoiceOf, stillRange, zoneOf } from './timeRange.ts';
import { Unusable } from './Unusable.tsx';
import { useHover } from './useHover.ts';
import { useLinks } from './useLinks.tsx';
import { usePanelView } from './usePanelView.ts';
import { useRefreshes } from './useRefreshes.ts';
import { useSource } from './useSource.ts';
import { useVisible } from './useVisible.ts';
import './panel.css';

export function SightlinePanel(props: PanelProps<PanelOptions>) {
  const { data, timeRange, timeZone, width, height } = props;
  const options = useMemo(() => readOptions(props.options), [props.options]);
  const frame = useRef<HTMLDivElement>(null);
  const visible = useVisible(frame);
  const theme = useContext(ThemeContext);
  const { view: own, setView, narrowed } = usePanelView(props, options);

  const choice = rangeChoiceOf(timeRange);
  // What follows by itself needs no refresh of the dashboard; everything else is asked anew by it.
  const refreshes = useRefreshes(data, JSON.stringify(choice));
  const follows = own.live && isOpenEnded(choice, Date.now());
  const inUse = useSource(props, options, follows, refreshes);
  const { source, asks } = inUse;
  const rangeKey = JSON.stringify(asks ? choice : stillRange(data.timeRange, Date.now()));
  const view = useMemo(() => shownView(own, JSON.parse(rangeKey)), [own, rangeKey]);

  const links = useLinks(inUse, options, props);
  const { view: shows, pageSize } = options;
  const capabilities = useMemo<Capabilities>(
    () => ({
      rangePicker: false,
      embedded: true,
      ...(shows !== 'both' && { only: shows }),
      ...(narrowed && { narrowed }),
      ...(!asks && { notLive: 'this dashboard shows what its own queries gave' }),
      pageSize,
      ...links,
      runExport: exportRunner(source, Date.now),
    }),
    [shows, narrowed, asks, pageSize, links, source],
  );
  const ports = useMemo<ViewPorts>(
    () => ({
      source,
      now: Date.now,
      view,
      setView,
      zone: zoneOf(timeZone),
      visible,
      copy,
      capabilities,
    }),
    [source, view, setView, timeZone, visible, capabilities],
  );
  const found = useMemo(() => recognise(data.series), [data.series]);
  const standing = standingOf({ data, found, asks, streams: inUse.streams });
  const hover = useHover(props.eventBus, frame);
  return (
    <div
      ref={frame}
      role="group"
      aria-label="Sightline"
      className="sl-panel"
      style={{ ...themeVariables(theme), width, height }}
      {...hover}
      onKeyDown={keepFromGrafana}
    >
      <ViewProvider ports={ports}>
        {standing.kind === 'ready' ? (
          <Page />
        ) : (
          <div className="sightline sl-page">
            {standing.kind === 'loading' ? (
              <Skeleton rows={8} label="Loading" />
            ) : (
              <Unusable standing={standing} />
            )}
          </div>
        )}
      </ViewProvider>
    </div>
  );
}

/** A key that the views took is not Grafana's any more: Escape would leave the panel, `?` open another list of keys. */
function keepFromGrafana(event: KeyboardEvent): void {
  if (event.isDefaultPrevented()) event.stopPropagation();
}
