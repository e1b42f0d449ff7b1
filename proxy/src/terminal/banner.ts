/**
 * What is printed once at the start: where to look, where clients are to be pointed, what stands behind it, what is
 * recorded where, and a configuration to copy.
 */
import { createPainter } from './paint.ts';
import { plainText } from './text.ts';

export interface BannerFacts {
  readonly version: string;
  /** Address of the page, with its token where it needs one; undefined when there is no page. */
  readonly pageUrl: string | undefined;
  /** Each upstream by its name, with the address that clients use for it. */
  readonly upstreams: readonly { readonly name: string; readonly url: string; readonly clientUrl: string }[];
  readonly demo: boolean;
  /** Nothing is observed, by option or because it could not start; undefined when something is. */
  readonly blind: 'option' | 'fault' | undefined;
  /** Where events are kept and within which bounds, or why they are not. */
  readonly archive: { readonly keeps: string } | { readonly off: string };
  /** Where OTLP goes; undefined when nothing is exported. */
  readonly exportsTo: string | undefined;
  readonly payloadMode: string;
  readonly warnings: readonly string[];
  readonly color: boolean;
}

export function formatBanner(facts: BannerFacts): string {
  const paint = createPainter(facts.color);
  const row = (label: string, value: string): string => `  ${paint(label.padEnd(9), 'muted')} ${value}`;
  const lines = ['', `  ${paint('Sightline', 'strong')} ${paint(facts.version, 'muted')}`, ''];
  if (facts.pageUrl !== undefined) {
    const holds = facts.blind === undefined && 'keeps' in facts.archive;
    lines.push(
      row(
        'page',
        `${paint(facts.pageUrl, 'strong')}  ${paint(holds ? 'sessions and event log' : 'health alone', 'muted')}`,
      ),
    );
  }
  for (const { name, url, clientUrl } of facts.upstreams) {
    const behind = facts.demo ? 'the bundled demo' : plainText(url);
    const before = facts.upstreams.length > 1 ? `${name}: ` : '';
    lines.push(row('proxy', `${before}${paint(clientUrl, 'strong')}  ${paint('→', 'muted')}  ${behind}`));
  }
  if (facts.blind === undefined) {
    const { archive } = facts;
    lines.push(
      row('archive', plainText('keeps' in archive ? archive.keeps : `nothing is kept: ${archive.off}`)),
    );
    lines.push(row('export', facts.exportsTo === undefined ? nowhere() : plainText(facts.exportsTo)));
    // What is kept nowhere may still be sent.
    if ('keeps' in archive || facts.exportsTo !== undefined)
      lines.push(row('payloads', payloadWords(facts.payloadMode, 'keeps' in archive)));
  } else {
    const why = facts.blind === 'option' ? '--no-observe' : 'observation could not start';
    lines.push(row('observes', `nothing (${why})`));
  }
  for (const warning of facts.warnings) lines.push(row('note', paint(plainText(warning), 'warn')));
  lines.push('', `  ${paint('for a client’s configuration file:', 'muted')}`);
  lines.push(`  ${clientConfiguration(facts)}`);
  if (facts.demo) {
    lines.push(
      '',
      `  ${paint('your own server: start again with its address, such as http://localhost:3000/mcp', 'muted')}`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}

const PAYLOAD_WORDS: Readonly<Record<string, string>> = {
  off: 'not kept',
  redacted: 'kept with secrets removed (--payload-mode off keeps none)',
  full: 'kept as they are, secrets included',
};

function payloadWords(mode: string, isKept: boolean): string {
  const words = PAYLOAD_WORDS[mode] ?? mode;
  return isKept ? words : words.replace('kept', 'sent').replace('keeps', 'sends');
}

function nowhere(): string {
  return 'nothing; set OTEL_EXPORTER_OTLP_ENDPOINT to send spans, logs and metrics to a collector';
}

/** One line of JSON, so that it can be copied whole. */
function clientConfiguration(facts: BannerFacts): string {
  const servers = facts.upstreams.map(({ name, clientUrl }): [string, { url: string }] => [
    name,
    { url: clientUrl },
  ]);
  return JSON.stringify({ mcpServers: Object.fromEntries(servers) });
}
