import { describe, expect, it } from 'vitest';
import { METRICS } from '../contract/index.ts';
import { Meters } from './meters.ts';
import { formatMetrics, prometheusName } from './prometheus.ts';
import { aFailure, aRequest, aTraffic } from './testing/events.ts';

const TARGET = { service_name: 'sightline', service_version: '1' };

function textOf(meters: Meters): string {
  return formatMetrics(meters, TARGET, 10_000);
}

describe('names', () => {
  it.each([
    ['mcp.server.operation.duration', 'mcp_server_operation_duration_seconds'],
    ['sightline.io', 'sightline_io_bytes_total'],
    ['sightline.calls', 'sightline_calls_total'],
    ['sightline.attempt.wasted', 'sightline_attempt_wasted_seconds_total'],
    ['sightline.outbox.age', 'sightline_outbox_age_seconds'],
    ['sightline.outbox.size', 'sightline_outbox_size'],
    ['process.memory.usage', 'process_memory_usage_bytes'],
  ])('%s becomes %s', (name, wanted) => {
    const row = METRICS.find((metric) => metric.name === name);
    expect(row && prometheusName(row)).toBe(wanted);
  });
});

describe('the text', () => {
  it('says who it is of, also before anything happened', () => {
    expect(textOf(new Meters())).toContain('target_info{service_name="sightline",service_version="1"} 1\n');
  });

  it('has counters with their labels', () => {
    const meters = new Meters();
    meters.take([aRequest(), aRequest(), aTraffic()]);
    expect(textOf(meters)).toContain('# TYPE sightline_events_total counter\n');
    expect(textOf(meters)).toContain('sightline_events_total{event_name="sightline.request"} 2\n');
    expect(textOf(meters)).toContain(
      'sightline_io_bytes_total{sightline_server_name="weather",network_io_direction="receive"} 300\n',
    );
  });

  it('has histograms whose buckets hold all that is smaller, the last one everything', () => {
    const meters = new Meters();
    for (const duration of [0.25, 0.5]) {
      meters.take([aRequest({ attributes: { 'sightline.proxy.duration': duration } })]);
    }
    const lines = textOf(meters)
      .split('\n')
      .filter((line) => line.startsWith('sightline_proxy_duration_seconds'));
    expect(lines).toContain(
      'sightline_proxy_duration_seconds_bucket{sightline_server_name="weather",le="0.25"} 1',
    );
    expect(lines).toContain(
      'sightline_proxy_duration_seconds_bucket{sightline_server_name="weather",le="+Inf"} 2',
    );
    expect(lines).toContain('sightline_proxy_duration_seconds_count{sightline_server_name="weather"} 2');
    expect(lines).toContain('sightline_proxy_duration_seconds_sum{sightline_server_name="weather"} 0.75');
  });

  it('has levels of the moment, and none whose source has not spoken', () => {
    const meters = new Meters();
    meters.levels.outbox = () => ({ size: 3, oldestMs: 7_500 });
    expect(textOf(meters)).toContain('sightline_outbox_size 3\n');
    expect(textOf(meters)).toContain('sightline_outbox_age_seconds 2.5\n');
    expect(textOf(meters)).not.toContain('process_memory_usage_bytes');
  });

  it('lets no text of a peer end its line or its quotes', () => {
    const meters = new Meters();
    const labels = { method: 'tools/call', tool: 'a"b\\c\nd' };
    meters.take([aFailure({ 'error.type': 'x' }, true, { labels })]);
    expect(textOf(meters)).toContain('gen_ai_tool_name="a\\"b\\\\c\\nd"');
    expect(
      textOf(meters)
        .split('\n')
        .filter((line) => line.startsWith('d"')),
    ).toEqual([]);
  });
});
