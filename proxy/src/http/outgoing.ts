/** Headers the proxy adds towards an upstream because the configuration says so. Never any towards the client. */

/** Adds configured headers whose names the client did not send. `extra` is `[lower-cased name, name, value]`. */
export function addMissing(headers: string[], extra: readonly (readonly [string, string, string])[]): void {
  const sent = new Set<string>();
  for (let i = 0; i < headers.length; i += 2) sent.add((headers[i] ?? '').toLowerCase());
  for (const [lower, name, value] of extra) if (!sent.has(lower)) headers.push(name, value);
}

/** `X-Forwarded-For` grows by the peer's address; host and protocol are told where nobody told them before. */
export function addForwarded(headers: string[], peer: string | undefined, host: string | undefined): void {
  const address = (peer ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '');
  let chain: string | undefined;
  let hostTold = false;
  let protocolTold = false;
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'x-forwarded-for') {
      chain = chain === undefined ? value : `${chain}, ${value}`;
      continue;
    }
    hostTold ||= lower === 'x-forwarded-host';
    protocolTold ||= lower === 'x-forwarded-proto';
    kept.push(name, value);
  }
  kept.push('x-forwarded-for', chain === undefined ? address : `${chain}, ${address}`);
  if (!protocolTold) kept.push('x-forwarded-proto', 'http');
  if (!hostTold && host !== undefined) kept.push('x-forwarded-host', host);
  headers.splice(0, headers.length, ...kept);
}
