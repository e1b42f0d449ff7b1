/** The configuration a user writes, as the settings that the fold is told: units and defaults applied. */
import type { ObserverSettings, RedactionRules, ServerSettings } from '../observation/settings.ts';
import { isLoopback } from './loopback.ts';
import type { OptionValues } from './options.ts';
import { PATTERNS_BUILT_IN, REDACTED_KEYS } from './redaction.ts';
import type { Upstream } from './servers.ts';

export function toObserverSettings(
  values: OptionValues,
  upstreams: readonly Upstream[],
  seed: string,
): ObserverSettings {
  return {
    servers: upstreams.map(toServer),
    seed,
    unansweredAfterUs: values['unanswered-after'] * 1_000,
    resumeWindowUs: values['resume-window'] * 1_000,
    retryWindowUs: values['retry-window'] * 1_000,
    sessionIdleUs: values['session-idle'] * 1_000,
    payloadMode: values['payload-mode'],
    payloadBytesMax: values['payload-max'],
    inspectDepthMax: values['inspect-depth'],
    redaction: toRedaction(values),
    traceParent: values['trace-parent'],
    hashSessionIds: values['hash-session-ids'],
  };
}

/**
 * What readers of the page have to know; undefined when nothing. Beyond loopback one is made up when none is given,
 * because whoever reaches the page reads what was said to every server.
 */
export function toPageToken(values: OptionValues, makeToken: () => string): string | undefined {
  const given = values['page-token'];
  if (given === 'off') return undefined;
  return given ?? (isLoopback(values['page-listen'].host) ? undefined : makeToken());
}

/** The user's rules come first: of two patterns that match the same text, the first names itself. */
function toRedaction(values: OptionValues): RedactionRules {
  const own = values['redact-pattern'].map((item) => {
    const at = item.indexOf('=');
    return { name: item.slice(0, at), source: item.slice(at + 1) };
  });
  return {
    keys: [...REDACTED_KEYS, ...values['redact-key']],
    patterns: [...own, ...PATTERNS_BUILT_IN],
    paths: values['redact-path'],
  };
}

/** A server that is started by a command has no address. */
function toServer(upstream: Upstream): ServerSettings {
  const { name } = upstream;
  if (upstream.kind !== 'http') return { name };
  return { name, address: bareHost(upstream.url), port: portOf(upstream.url) };
}

/** IPv6 without the brackets that only a URL needs. */
function bareHost(url: URL): string {
  return url.hostname.replaceAll(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
