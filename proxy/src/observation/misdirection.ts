/**
 * What to say of an upstream that sends clients to an address they will refuse: one event, outcome `ok` because the
 * exchange itself went well, with a sentence that names the address and the option that helps. It is an event of the
 * log and not a line about ourselves, since whoever sees a client fail looks there.
 */
import type { Attributes } from '../contract/index.ts';
import { exchangeAttributes } from './attributes.ts';
import { BOUNDS } from './bounds.ts';
import type { Fold } from './fold.ts';
import type { MisdirectionFrame } from './frame.ts';
import { sessionOf } from './messages.ts';

/** Bytes of the address in the sentence: whatever its length, what stands behind it is not cut off. */
const ADDRESS_BYTES_MAX = 256;

const CLAIMS: Readonly<Record<MisdirectionFrame['where'], string>> = {
  endpoint: 'clients refuse the message address',
  location: 'clients do not follow the redirect to',
  resource: 'clients refuse the protected resource',
};

/** Tells a misleading address once for each server, place and origin. */
export function takeMisdirection(fold: Fold, frame: MisdirectionFrame): void {
  const url = URL.parse(frame.address);
  // By origin, because that is what clients refuse: the rest of a 2024-11-05 address is new at every reconnect.
  const key = `${frame.server}\0${frame.where}\0${url?.origin ?? ''}`;
  if (fold.misdirections.get(key)) return;
  fold.misdirections.set(key, true);
  const exchange = frame.exchange === undefined ? undefined : fold.exchanges.get(frame.exchange);
  const attributes: Attributes = {
    ...(exchange ? exchangeAttributes(fold, exchange) : callerOf(fold, frame)),
    'sightline.direction': 'client_to_server',
    'sightline.outcome': 'ok',
    'sightline.error.message': fold.redactor.line(sentenceOf(fold, frame, url), BOUNDS.messageBytesMax),
  };
  const place = { server: frame.server, joined: exchange && sessionOf(fold, exchange) };
  fold.journal.write('sightline.exchange', frame.atUs, place, attributes);
}

function callerOf(fold: Fold, frame: MisdirectionFrame): Attributes {
  return {
    'http.request.method': frame.method,
    'url.path': fold.redactor.line(frame.path, BOUNDS.messageBytesMax),
    'client.address': frame.client.address,
    'client.port': frame.client.port,
    'sightline.client.country': frame.client.country,
  };
}

function sentenceOf(fold: Fold, frame: MisdirectionFrame, url: URL | null): string {
  // Without query and user info: a session id or a credential stands there, and neither is what misleads.
  const address = fold.redactor.line(url ? `${url.origin}${url.pathname}` : frame.address, ADDRESS_BYTES_MAX);
  const claim = `${CLAIMS[frame.where]} ${address}, whose origin is not the one they connected to`;
  // The remedy first: lines are cut at their end.
  return frame.rewritable
    ? `rewrite-urls is off: ${claim}`
    : `${claim}; nor is it the upstream's own, and rewrite-urls replaces no other`;
}
