/**
 * A dashboard of a range a year ago asks for nothing from there up to now: Grafana's Loki data source goes through such a
 * stretch day by day, one question after the other.
 */
import { expect, it } from 'vitest';
import { SessionMaker, START } from '../testing/events.ts';
import { type Row, rowOfEvent } from '../testing/lokiRows.ts';
import { StandInLoki } from '../testing/standInLoki.ts';
import { createPanelSource } from './panelSource.ts';

const DAY_MS = 86_400_000;
const { signal } = new AbortController();

/** Shown is a day a year before the one event there is. */
function rig() {
  const loki = new StandInLoki();
  const from = START - 365 * DAY_MS;
  const source = createPanelSource({
    shown: () => ({ frames: [], from, to: from + DAY_MS, loading: false, errors: [] }),
    loki: loki.ask,
    now: () => START + 60_000,
    activeWindow: 300_000,
  });
  loki.rows.push(rowOfEvent(new SessionMaker().call(0, 0)));
  const longest = () => Math.max(...loki.asked.map((question) => question.to - question.from)) / DAY_MS;
  return { source, loki, from, longest };
}

/** A summary as Loki has it of a session that was seen last ten minutes after this moment. */
function summaryOf(id: string, started: number, status: string): Row {
  return {
    timeNs: `${started + 600_000}000001`,
    line: id,
    labels: {
      service_name: 'sightline',
      sightline_record: 'session',
      event_name: 'sightline.session',
      service_instance_id: 'one',
      sightline_session_id: id,
      sightline_session_started: String(started),
      sightline_session_last_activity: String(started + 600_000),
      sightline_session_status: status,
    },
  };
}

it('finds when the newest event was', async () => {
  const { source, longest } = rig();
  const { items, completeness } = await source.events({ limit: 1, order: 'newest' }, signal);
  expect(items).toHaveLength(1);
  expect(completeness.complete).toBe(true);
  expect(longest()).toBeLessThan(32);
});

it('looks for a session that a link names', async () => {
  const { source, longest } = rig();
  await expect(source.session('nobody', signal)).rejects.toThrow('Loki has no such session');
  expect(longest()).toBeLessThan(32);
});

it.each(['ended', 'open'])(
  'reads the events of a session of that day which is told to be %s',
  async (status) => {
    const { source, loki, from, longest } = rig();
    loki.rows.push(summaryOf('bb152ad2a7fbdf1b5b35ce76', from, status));
    const day = { from, to: from + DAY_MS };
    const { items } = await source.sessions({ ...day, sort: 'session', descending: false }, signal);
    const session = items.map(({ sessionId }) => sessionId);
    expect(session).toHaveLength(1);
    // As a timeline does: what is new comes after the newest there is.
    await source.events({ session, limit: 1 }, signal);
    await source.sessionEvents(session[0] ?? '', {}, signal);
    expect(longest()).toBeLessThan(32);
  },
);
