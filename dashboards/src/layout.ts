/** Places panels in rows of 24 columns, so that every row is full and nothing overlaps. */
import { DashboardBuilder, DashboardCursorSync, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { checkFor } from './checks.ts';
import { type DashboardName, menu, TAG, UIDS } from './links.ts';
import { checkOf } from './promql.ts';
import type { Variable } from './variables.ts';

const COLUMNS = 24;

interface Built {
  build(): Panel;
}

/** Panels side by side, each with its share of the width; the shares add up to 24. */
export interface Line {
  readonly height: number;
  readonly panels: readonly (readonly [width: number, panel: Built])[];
}

export const line = (height: number, ...panels: Line['panels']): Line => ({ height, panels });

/** Panels of equal width. */
export function evenly(height: number, ...panels: readonly Built[]): Line {
  return { height, panels: panels.map((panel) => [COLUMNS / panels.length, panel]) };
}

export interface Sheet {
  readonly name: DashboardName;
  readonly title: string;
  readonly description: string;
  readonly from: string;
  readonly refresh: string;
  readonly variables: readonly Variable[];
  readonly lines: readonly Line[];
}

/** A dashboard of Grafana, with the checks that its queries need. @throws where a line is not exactly full. */
export function dashboard(sheet: Sheet): DashboardBuilder {
  const builder = new DashboardBuilder(sheet.title)
    .uid(UIDS[sheet.name])
    .description(sheet.description)
    .tags([TAG, 'mcp'])
    .time({ from: sheet.from, to: 'now' })
    .refresh(sheet.refresh)
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(menu());
  const placed: Panel[] = [];
  let y = 0;
  let id = 1;
  for (const { height, panels } of sheet.lines) {
    const width = panels.reduce((sum, [w]) => sum + w, 0);
    if (width !== COLUMNS) throw new Error(`${sheet.name}: a line is ${width} columns wide`);
    let x = 0;
    for (const [w, made] of panels) {
      placed.push({ ...made.build(), id, gridPos: { x, y, w, h: height } });
      x += w;
      id += 1;
    }
    y += height;
  }
  for (const panel of placed) builder.withPanel({ build: () => panel });
  const variables = sheet.variables.map((variable) => variable.build());
  const asked = JSON.stringify([placed, variables]);
  for (const variable of variables) {
    builder.withVariable({ build: () => variable });
    if (asked.includes(`\${${checkOf(variable.name)}:raw}`)) builder.withVariable(checkFor(variable.name));
  }
  return builder;
}
