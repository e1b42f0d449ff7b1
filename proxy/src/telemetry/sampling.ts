/**
 * Which traces are kept. The default keeps every one, whatever the caller's flag says. A ratio looks at the last
 * 56 bits of the trace id, as W3C Trace Context Level 2 makes them random and OpenTelemetry's ratio samplers read
 * them, so every service with the same ratio keeps the same traces.
 */
import type { SamplerSettings } from './environment.ts';

/** Whether a span is kept; `parentSampled` is absent where the trace begins here. */
export type Sampler = (traceId: string, parentSampled: boolean | undefined) => boolean;

export function createSampler(settings: SamplerSettings): Sampler {
  const byRatio = ratioSampler(settings.ratio);
  if (!settings.parentBased) return byRatio;
  return (traceId, parentSampled) => parentSampled ?? byRatio(traceId, undefined);
}

function ratioSampler(ratio: number): Sampler {
  if (ratio >= 1) return () => true;
  if (ratio <= 0) return () => false;
  const threshold = (1 - ratio) * 2 ** 56;
  return (traceId) => Number.parseInt(traceId.slice(-14), 16) >= threshold;
}
