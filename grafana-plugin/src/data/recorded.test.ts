/**
 * One story as the real Loki and Tempo answered it through Grafana's frames, in both shapes of each (recorded by
 * `test/stack/panelData.test.ts`): the same model from both, and that of the story.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { storyEvents } from '../testing/events.ts';
import type { Ask, LokiQuestion, TempoQuestion } from './ask.ts';
import type { Frame } from './frame.ts';
import type { PanelSource } from './panelPorts.ts';
import { createPanelSource } from './panelSource.ts';
import { recognise } from './recognise.ts';
import { readSpans } from './tempoFrames.ts';

interface Recorded {
  readonly question: LokiQuestion | TempoQuestion;
  readonly frames: readonly Frame[];
}

const { signal } = new AbortController();
const SHAPES = ['legacy', 'dataplane'] as const;
const LABELS = { service_name: 'sightline', deployment_environment_name: 'retry-recovers' };

function answersOf(shape: (typeof SHAPES)[number]): readonly Recorded[] {
  const file = new URL(`../testing/frames/stack-${shape}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Recorded[];
}

/** Answers what was asked when it was recorded; everything else has no frames. */
function answering<Question extends LokiQuestion | TempoQuestion>(
  answers: readonly Recorded[],
): Ask<Question> {
  const spell = (question: object) => JSON.stringify(Object.entries(question).sort());
  return async (question) => {
    const found = answers.find((one) => spell(one.question) === spell(question));
    return { frames: found?.frames ?? [], errors: [] };
  };
}

/** The range of the recording is that of its first list of events. */
function rangeOf(answers: readonly Recorded[]): { readonly from: number; readonly to: number } {
  const { from, to } = answers.find(({ question }) => question.kind === 'search')?.question ?? {
    from: 0,
    to: 0,
  };
  return { from, to };
}

function sourceOf(answers: readonly Recorded[]): PanelSource {
  const range = rangeOf(answers);
  return createPanelSource({
    shown: () => ({ frames: [], ...range, loading: false, errors: [] }),
    loki: answering(answers),
    tempo: answering(answers),
    now: () => range.to,
    activeWindow: 300_000,
    labels: LABELS,
  });
}

describe.each(SHAPES)('%s', (shape) => {
  const answers = answersOf(shape);
  const range = rangeOf(answers);
  const source = sourceOf(answers);

  it('gives the events of the story', async () => {
    const { items } = await source.events({ ...range, limit: 50 }, signal);
    const told = storyEvents('retry-recovers').toReversed();
    expect(items).toHaveLength(told.length);
    for (const [at, item] of items.entries()) {
      expect(item).toMatchObject({
        eventName: told[at]?.eventName,
        ...(told[at]?.outcome !== undefined && { outcome: told[at].outcome }),
        timeUnixNano: told[at]?.timeUnixNano,
        eventNumber: told[at]?.eventNumber,
        ...(told[at]?.duration !== undefined && { duration: told[at].duration }),
      });
    }
  });

  it('gives its session, its menus, and the details of a call with the exchange below it', async () => {
    const { items } = await source.sessions({ ...range, limit: 50 }, signal);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ serverName: 'shop', mcpSessionId: expect.any(String) });
    expect((await source.facets(range, signal)).tools.length).toBeGreaterThan(0);
    const events = await source.events({ ...range, limit: 50 }, signal);
    const call = events.items.find(({ genAiToolName }) => genAiToolName !== undefined);
    const detail = await source.event(call?.eventId ?? '', signal);
    expect(detail.payloads.map(({ part }) => part)).toEqual(['request', 'response']);
    expect(detail).toMatchObject({ urlPath: '/mcp', upstreamSpans: [{ serverAddress: 'shop.internal' }] });
  });

  it('is recognised, found spans too', () => {
    const search = answers.find(({ question }) => question.kind === 'search');
    expect(readSpans(search?.frames ?? []).length).toBeGreaterThan(3);
    expect(recognise(search?.frames ?? [])).toMatchObject({ foreign: 0, events: 0 });
    const lists = answers.filter(({ question }) => 'expr' in question && question.expr.includes('sl1e'));
    expect(recognise(lists.flatMap(({ frames }) => frames)).events).toBeGreaterThan(3);
  });
});

it('both shapes are one model', async () => {
  const [legacy, dataplane] = SHAPES.map((shape) => ({
    answers: answersOf(shape),
    source: sourceOf(answersOf(shape)),
  }));
  const range = rangeOf(legacy?.answers ?? []);
  const list = (one: typeof legacy) => one?.source.events({ ...range, limit: 50 }, signal);
  expect(await list(dataplane)).toEqual(await list(legacy));
  const sessions = (one: typeof legacy) => one?.source.sessions({ ...range, limit: 50 }, signal);
  expect(await sessions(dataplane)).toEqual(await sessions(legacy));
});
