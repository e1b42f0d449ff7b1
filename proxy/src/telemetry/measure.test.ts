import { describe, expect, it } from 'vitest';
import type { MetricName } from '../contract/index.ts';
import type { Event } from '../observation/event.ts';
import { Measurer, translateMeasurements } from './measure.ts';
import type { MetricLabels } from './series.ts';
import { aFailure, aPlainEvent, aRequest, aTraffic, TIME_NS } from './testing/events.ts';

/** `[value, labels]` of every measurement of one metric. */
function measured(metric: MetricName, ...events: Event[]) {
  return translateMeasurements(events)
    .filter((one) => one.metric === metric)
    .map(({ value, labels }) => [value, labels]);
}

describe('measurements of a request', () => {
  it('are its durations, its call, its bytes and its tokens', () => {
    const server = { 'sightline.server.name': 'weather' };
    const tool = { ...server, 'gen_ai.tool.name': 'get_weather' };
    const operation = { ...tool, 'mcp.method.name': 'tools/call', 'sightline.outcome': 'ok' };
    expect(translateMeasurements([aRequest()])).toEqual([
      { metric: 'sightline.events', value: 1, labels: { 'event.name': 'sightline.request' } },
      { metric: 'mcp.server.operation.duration', value: 0.5, labels: operation },
      { metric: 'mcp.client.operation.duration', value: 0.4, labels: operation },
      { metric: 'sightline.proxy.duration', value: 0.1, labels: server },
      {
        metric: 'sightline.calls',
        value: 1,
        labels: { ...tool, 'sightline.client.name': 'agent', 'sightline.outcome': 'ok' },
      },
      { metric: 'sightline.payload.io', value: 100, labels: { ...tool, 'network.io.direction': 'receive' } },
      { metric: 'sightline.payload.io', value: 400, labels: { ...tool, 'network.io.direction': 'transmit' } },
      {
        metric: 'sightline.tokens_estimated',
        value: 100,
        labels: { ...tool, 'sightline.tokens.kind': 'result' },
      },
    ]);
  });

  it('count no call where the operation goes on', () => {
    const { ended: _, ...asked } = aRequest({ attributes: { 'sightline.result.type': 'input_required' } });
    expect(measured('sightline.calls', asked)).toEqual([]);
  });

  it('count a task’s call where it ends, under its tool', () => {
    const poll = aRequest({
      attributes: { 'mcp.method.name': 'tasks/result' },
      labels: { method: 'tasks/result' },
      ended: { toolCall: true, tool: 'slow' },
    });
    expect(measured('sightline.calls', poll)).toEqual([
      [1, { 'sightline.server.name': 'weather', 'gen_ai.tool.name': 'slow', 'sightline.outcome': 'ok' }],
    ]);
    const labels = { 'sightline.server.name': 'weather', 'gen_ai.tool.name': 'slow' };
    expect(measured('sightline.payload.io', poll)).toEqual([
      [400, { ...labels, 'network.io.direction': 'transmit' }],
    ]);
  });

  it('have no client side where the proxy answered by itself', () => {
    expect(measured('mcp.client.operation.duration', aRequest({ clients: [] }))).toEqual([]);
    expect(measured('mcp.server.operation.duration', aRequest({ clients: [] }))).toHaveLength(1);
  });

  it('count definitions in tokens of four bytes, begun ones whole, tool by tool', () => {
    const list = aRequest({
      labels: { method: 'tools/list' },
      ended: { toolCall: false },
      definitions: [
        { tool: 'a', bytes: 400 },
        { tool: 'b', bytes: 10 },
      ],
    });
    const server = { 'sightline.server.name': 'weather', 'sightline.tokens.kind': 'definition' };
    expect(measured('sightline.tokens_estimated', list)).toEqual([
      [100, { ...server, 'gen_ai.tool.name': 'a' }],
      [3, { ...server, 'gen_ai.tool.name': 'b' }],
    ]);
  });
});

describe('errors on metrics', () => {
  const failure = {
    'error.type': '-32602',
    'sightline.outcome': 'rpc_error',
    'sightline.outcome.origin': 'client',
  } as const;

  it('are the asking side’s where the caller is at fault', () => {
    const event = aFailure(failure, false);
    expect(measured('mcp.server.operation.duration', event)[0]?.[1]).not.toHaveProperty('error.type');
    expect(measured('mcp.client.operation.duration', event)[0]?.[1]).toMatchObject({
      'error.type': '-32602',
    });
  });

  it('do not count a probe', () => {
    const event = aFailure({ ...failure, 'sightline.probe': true }, false);
    for (const metric of ['mcp.server.operation.duration', 'mcp.client.operation.duration'] as const) {
      expect(measured(metric, event)[0]?.[1]).toEqual({
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'get_weather',
        'sightline.outcome': 'ok',
        'sightline.server.name': 'weather',
      });
    }
  });
});

describe('attempts', () => {
  const tool = { 'sightline.server.name': 'weather', 'gen_ai.tool.name': 'get_weather' };

  it('are retried from the second try on, once an operation', () => {
    const second = aRequest({ attributes: { 'sightline.attempt.number': 2 } });
    const laterRound = aRequest({
      attributes: { 'sightline.attempt.number': 2, 'sightline.round.number': 2 },
    });
    expect(measured('sightline.attempts', aRequest(), second, laterRound)).toEqual([
      [1, { ...tool, 'sightline.attempt.result': 'retried' }],
    ]);
  });

  it('end in recovery or in giving up, and either way cost time', () => {
    const recovered = aRequest({
      attributes: { 'sightline.attempt.result': 'recovered', 'sightline.attempt.wasted': 3 },
    });
    const gaveUp = aPlainEvent('sightline.retry.gave_up', {
      labels: { method: 'tools/call', tool: 'get_weather' },
      attributes: { 'sightline.attempt.wasted': 4 },
    });
    expect(measured('sightline.attempts', recovered, gaveUp)).toEqual([
      [1, { ...tool, 'sightline.attempt.result': 'recovered' }],
      [1, { ...tool, 'sightline.attempt.result': 'gave_up' }],
    ]);
    expect(measured('sightline.attempt.wasted', recovered, gaveUp)).toEqual([
      [3, tool],
      [4, tool],
    ]);
  });
});

describe('measurements of other events', () => {
  it('a session’s length counts for both sides of the proxy', () => {
    const ended = aPlainEvent('sightline.session.ended', {
      sessionDuration: 60,
      attributes: { 'sightline.session.end_reason': 'deleted' },
    });
    const labels = {
      'sightline.server.name': 'weather',
      'sightline.client.name': 'agent',
      'sightline.session.end_reason': 'deleted',
    };
    expect(measured('mcp.server.session.duration', ended)).toEqual([[60, labels]]);
    expect(measured('mcp.client.session.duration', ended)).toEqual([[60, labels]]);
  });

  it('a loss counts as many as it says', () => {
    const loss: Event = {
      kind: 'sightline.loss',
      timeNs: TIME_NS,
      bucket: '0',
      attributes: {
        'sightline.loss.stage': 'export',
        'sightline.loss.reason': 'logs_queue_full',
        'sightline.loss.count': 12,
      },
    };
    expect(measured('sightline.events.dropped', loss)).toEqual([
      [12, { 'sightline.loss.stage': 'export', 'sightline.loss.reason': 'logs_queue_full' }],
    ]);
  });

  it('traffic counts bytes each way and the exchange, and is no event', () => {
    expect(measured('sightline.io', aTraffic())).toEqual([
      [300, { 'sightline.server.name': 'weather', 'network.io.direction': 'receive' }],
      [600, { 'sightline.server.name': 'weather', 'network.io.direction': 'transmit' }],
    ]);
    expect(measured('sightline.http.exchanges', aTraffic())).toEqual([
      [
        1,
        {
          'http.response.status_code': 200,
          'http.request.method': 'POST',
          'sightline.credential.kind': 'none',
          'sightline.server.name': 'weather',
        },
      ],
    ]);
    expect(measured('sightline.events', aTraffic())).toEqual([]);
  });
});

describe('label sets', () => {
  it('of operation durations have a common limit; past it names are folded', () => {
    const seen: [MetricName, MetricLabels][] = [];
    const measurer = new Measurer((metric, _, labels) => seen.push([metric, labels]), 3);
    for (const tool of ['a', 'b', 'c', 'a']) {
      measurer.measure(aRequest({ labels: { method: 'tools/call', tool } }));
    }
    const tools = (wanted: MetricName) =>
      seen.filter(([metric]) => metric === wanted).map(([, labels]) => labels['gen_ai.tool.name']);
    expect(tools('mcp.server.operation.duration')).toEqual(['a', 'b', '_other', 'a']);
    expect(tools('mcp.client.operation.duration')).toEqual(['a', '_other', '_other', 'a']);
  });

  it('are one object when they are equal, so that sums can be kept by identity', () => {
    const calls: MetricLabels[] = [];
    const measurer = new Measurer((metric, _, labels) => {
      if (metric === 'sightline.calls') calls.push(labels);
    });
    measurer.measure(aRequest());
    measurer.measure(aRequest());
    const [first, second] = calls;
    expect(first).toBeDefined();
    expect(first).toBe(second);
  });

  it('never hold a session id', () => {
    const events = [aRequest(), aPlainEvent('sightline.session.started'), aTraffic()];
    for (const { labels } of translateMeasurements(events)) {
      expect(Object.values(labels)).not.toContain('0123456789abcdef01234567');
    }
  });
});
