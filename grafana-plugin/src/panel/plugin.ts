/** The panel as Grafana knows it: its options and their editors, old options, and when it is offered. */
import { PanelPlugin, type SelectFieldConfigSettings } from '@grafana/data';
import { getDataSourceSrv, getTemplateSrv } from '@grafana/runtime';
import { COLUMNS } from '../model/columns.ts';
import { INTERVALS } from '../model/viewState.ts';
import { migrate } from './migrations.ts';
import { ACTIVE_WINDOWS, DEFAULT_OPTIONS, PAGE_SIZES, type PanelOptions } from './options.ts';
import { SightlinePanel } from './SightlinePanel.tsx';
import { suggestionsSupplier } from './suggestions.ts';

const SHOW = ['What it shows'];
const FOLLOW = ['Following'];
const SOURCES = ['Data sources'];
const VARIABLES = ['Dashboard variables'];

/** Choices of a menu that are known only when it opens. */
function dataSourcesOf(type: string) {
  return async () =>
    getDataSourceSrv()
      .getList({ type })
      .map(({ name, uid }) => ({ label: name, value: uid }));
}

async function variables() {
  return getTemplateSrv()
    .getVariables()
    .map(({ name }) => ({ label: name, value: `$${name}` }));
}

export const plugin = new PanelPlugin<PanelOptions>(SightlinePanel)
  .setNoPadding()
  .setMigrationHandler(migrate)
  .setSuggestionsSupplier(suggestionsSupplier)
  .setPanelOptions((builder) =>
    builder
      .addRadio({
        path: 'view',
        category: SHOW,
        name: 'View',
        description: 'Both stand as tabs.',
        defaultValue: DEFAULT_OPTIONS.view,
        settings: {
          options: [
            { value: 'both', label: 'Both' },
            { value: 'sessions', label: 'Sessions' },
            { value: 'events', label: 'Event log' },
          ],
        },
      })
      .addTextInput({
        path: 'filter',
        category: SHOW,
        name: 'Filter',
        description:
          'What is filtered from the start, as name=value pairs joined by &: q, server, tool, method, client, outcome, httpStatus, type, session, status, sort. Variables are replaced: outcome=error&${server:queryparam}',
        defaultValue: DEFAULT_OPTIONS.filter,
        settings: { placeholder: 'outcome=error&server=payments' },
      })
      .addMultiSelect<unknown, SelectFieldConfigSettings<unknown>>({
        path: 'columns',
        category: SHOW,
        name: 'Columns',
        description: 'Of the event log; a narrow panel leaves some out by itself.',
        defaultValue: [...DEFAULT_OPTIONS.columns],
        settings: { options: COLUMNS.map(({ id, title }) => ({ value: id, label: title })) },
      })
      .addRadio({
        path: 'order',
        category: SHOW,
        name: 'Order of events',
        defaultValue: DEFAULT_OPTIONS.order,
        settings: {
          options: [
            { value: 'newestLast', label: 'Newest last' },
            { value: 'newestFirst', label: 'Newest first' },
          ],
        },
      })
      .addRadio({
        path: 'density',
        category: SHOW,
        name: 'Rows',
        defaultValue: DEFAULT_OPTIONS.density,
        settings: {
          options: [
            { value: 'usual', label: 'Usual' },
            { value: 'compact', label: 'Compact' },
          ],
        },
      })
      .addNumberInput({
        path: 'pageSize',
        category: SHOW,
        name: 'Events of one page',
        defaultValue: DEFAULT_OPTIONS.pageSize,
        settings: { min: PAGE_SIZES.least, max: PAGE_SIZES.most, integer: true },
      })
      .addNumberInput({
        path: 'activeWindow',
        category: SHOW,
        name: 'Active for',
        description: 'Minutes: an open session with an event this recent is shown as active.',
        defaultValue: DEFAULT_OPTIONS.activeWindow,
        settings: { min: ACTIVE_WINDOWS.least, max: ACTIVE_WINDOWS.most, integer: true },
      })
      .addBooleanSwitch({
        path: 'live',
        category: FOLLOW,
        name: 'Live',
        description: 'Look for news by itself while the time range goes up to now.',
        defaultValue: DEFAULT_OPTIONS.live,
      })
      .addRadio({
        path: 'interval',
        category: FOLLOW,
        name: 'Every',
        defaultValue: DEFAULT_OPTIONS.interval,
        settings: { options: INTERVALS.map((seconds) => ({ value: seconds, label: `${seconds} s` })) },
        showIf: ({ live }) => live,
      })
      .addSelect({
        path: 'loki',
        category: SOURCES,
        name: 'Loki',
        description: "Empty: as the panel's own queries name it.",
        defaultValue: DEFAULT_OPTIONS.loki,
        settings: {
          options: [],
          getOptions: dataSourcesOf('loki'),
          allowCustomValue: true,
          isClearable: true,
        },
      })
      .addSelect({
        path: 'tempo',
        category: SOURCES,
        name: 'Tempo',
        description: "Empty: as the panel's own queries or Loki's derived fields name it.",
        defaultValue: DEFAULT_OPTIONS.tempo,
        settings: {
          options: [],
          getOptions: dataSourcesOf('tempo'),
          allowCustomValue: true,
          isClearable: true,
        },
      })
      .addTextInput({
        path: 'streams',
        category: SOURCES,
        name: 'Streams',
        description: 'LogQL matchers that say whose records are shown; empty: service_name="sightline".',
        defaultValue: DEFAULT_OPTIONS.streams,
        settings: { placeholder: 'service_name="sightline", deployment_environment_name="$environment"' },
      })
      .addSelect({
        path: 'sessionVariable',
        category: VARIABLES,
        name: 'Session',
        description:
          'A variable that carries the id of the session that is opened: other panels that name it follow, and a link with it opens the session.',
        defaultValue: DEFAULT_OPTIONS.sessionVariable,
        settings: { options: [], getOptions: variables, allowCustomValue: true, isClearable: true },
      })
      .addSelect({
        path: 'eventVariable',
        category: VARIABLES,
        name: 'Event',
        description: 'The same for the event whose details are open.',
        defaultValue: DEFAULT_OPTIONS.eventVariable,
        settings: { options: [], getOptions: variables, allowCustomValue: true, isClearable: true },
      })
      .addTextInput({
        path: 'sessionLink',
        category: VARIABLES,
        name: 'Address of a session',
        description:
          'A dashboard about one session, to which every session then has a link. Variables are replaced; ${__session} is the id of the session, ${__bucket} the part of Loki in which it lies.',
        defaultValue: DEFAULT_OPTIONS.sessionLink,
        settings: { placeholder: '/d/sightline-session?${__url_time_range}&var-session=${__session}' },
      }),
  );
