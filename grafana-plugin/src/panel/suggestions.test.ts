/** What Grafana's picker of visualisations is told of this panel, in its older and its newer form. */
import type { PanelDataSummary } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../data/frame.ts';
import { SessionMaker } from '../testing/events.ts';
import { frameOf, rowOfEvent } from '../testing/lokiRows.ts';
import { suggestionsSupplier } from './suggestions.ts';

const events = frameOf([rowOfEvent(new SessionMaker().call(0, 10))]);
const sessions = frameOf([
  {
    timeNs: '1795168800000000000',
    line: '',
    labels: {
      sightline_record: 'session',
      event_name: 'sightline.session',
      sightline_session_id: 'bb152ad2a7fbdf1b5b35ce76',
    },
  },
]);
const foreign = frameOf([{ timeNs: '1795168800000000000', line: 'GET /', labels: { app: 'nginx' } }]);

interface Offered {
  readonly options?: { readonly view?: string };
}

const FORMS = {
  newer: (frames: readonly Frame[]): readonly Offered[] =>
    suggestionsSupplier({ rawFrames: frames } as unknown as PanelDataSummary),
  older: (frames: readonly Frame[]): readonly Offered[] => {
    const offered: Offered[] = [];
    suggestionsSupplier.getSuggestionsForData({
      data: { series: frames as never },
      getListAppender: () => ({ append: (one) => offered.push(one) }),
    });
    return offered;
  },
};

describe.each(Object.entries(FORMS))('%s', (_, offers) => {
  const viewsFor = (...frames: readonly Frame[]) => offers(frames).map(({ options }) => options?.view);

  it('offers first the view of what the queries bring', () => {
    expect(viewsFor(sessions, events)).toEqual(['both']);
    expect(viewsFor(sessions)).toEqual(['sessions', 'both']);
    expect(viewsFor(events, foreign)).toEqual(['events', 'both']);
  });

  it('offers nothing for records of somebody else, or none', () => {
    expect(viewsFor(foreign)).toEqual([]);
    expect(viewsFor()).toEqual([]);
  });
});
