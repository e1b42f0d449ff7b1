/**
 * Links that a dashboard's author, or a data source by its derived fields, has put on the fields of a frame: Grafana's
 * own panels offer them with a row, and so does this one with the details of an event.
 */
import type { DataFrame, Field, LinkModel } from '@grafana/data';
import { eventRowOf } from '../data/eventRow.ts';
import { fieldsOf } from '../data/lokiFrames.ts';

/** A link that the dashboard has made. */
export interface EventLink {
  readonly title: string;
  readonly href: string;
  readonly newTab?: true;
  /** Opens it within Grafana, in place of the browser. */
  open?(event: unknown): void;
}

/** Of the row that tells of this event, in every frame that has one; each link once. */
export function dataLinksOf(frames: readonly DataFrame[], eventId: string): readonly EventLink[] {
  const found = new Map<string, EventLink>();
  for (const frame of frames) {
    const fields = (fieldsOf(frame) as readonly Partial<Field>[]).filter(isLinked);
    const row = fields.length === 0 ? undefined : eventRowOf(frame, eventId);
    if (row === undefined) continue;
    for (const link of fields.flatMap((field) => linksOf(field, row))) {
      found.set(`${link.href} ${link.title}`, eventLink(link));
    }
  }
  return [...found.values()];
}

function isLinked(field: Partial<Field>): field is Field {
  return Boolean(field.config?.links?.length && field.getLinks);
}

function linksOf(field: Field, valueRowIndex: number): readonly LinkModel<Field>[] {
  // What is empty leads nowhere: a derived field that did not match.
  const value = field.values[valueRowIndex];
  return value === undefined || value === null || value === ''
    ? []
    : (field.getLinks?.({ valueRowIndex }) ?? []);
}

function eventLink({ title, href, target, onClick, origin }: LinkModel<Field>): EventLink {
  return {
    title: title || href,
    href,
    ...(target === '_blank' && { newTab: true }),
    ...(onClick !== undefined && { open: (event: unknown) => onClick(event, origin) }),
  };
}
