/**
 * Notices, where nothing is rewritten, that an upstream names itself by an address which clients will refuse: SDK
 * clients take an `endpoint`, a redirect and a protected resource only from the origin they connected to. It looks
 * at what has passed or is passing, and holds nothing back; what it noticed is a frame like any other.
 *
 * Refuses: to judge `resource_metadata` and issuers, which may stand on any origin.
 */
import type { IncomingMessage } from 'node:http';
import type { ClientSighting, FrameSink, MisdirectionFrame } from '../observation/frame.ts';
import { type ByteBudget, ByteCollector } from './bytes.ts';
import { readCoding, sightCoded, sightText } from './coding.ts';
import { rewriteAddress } from './rewrite.ts';

type Finding = Pick<MisdirectionFrame, 'where' | 'address' | 'rewritable'>;

/** The two names of one upstream, each `scheme://host:port`. */
export interface Origins {
  readonly upstream: string;
  /** Under which the client reached it through the proxy. */
  readonly client: string;
}

/** Longer addresses are cut: no more of one is ever shown. */
const ADDRESS_CHARS_MAX = 4_096;
/** Metadata is a page of text; what is larger is not parsed on the thread that moves bytes. */
const METADATA_BYTES_MAX = 65_536;

/** What clients will refuse about an address; undefined when they will not, or nobody can tell. */
export function judgeAddress(
  where: MisdirectionFrame['where'],
  address: string,
  origins: Origins,
): Finding | undefined {
  const client = URL.parse(origins.client);
  const url = URL.parse(address.trim(), origins.client);
  // By host and port, not by scheme: whether TLS ends in front of us is not always told.
  if (!client || !url || url.host === '' || url.host === client.host) return undefined;
  const rules = { origin: origins.upstream, publicOrigin: origins.client, prefix: '' };
  const rewritable = rewriteAddress(rules, address.trim()) !== undefined;
  // A redirect to somebody else (a sign-in page) is no mistake about the upstream's own address.
  if (where === 'location' && !rewritable) return undefined;
  return { where, address: url.href.slice(0, ADDRESS_CHARS_MAX), rewritable };
}

/** `Location` of a redirect in a raw header list. */
export function findRedirect(status: number, raw: readonly string[]): string | undefined {
  if (status < 300 || status > 399) return undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === 'location') return raw[i + 1];
  }
  return undefined;
}

export interface MetadataContext {
  readonly sink: FrameSink;
  readonly nowUs: () => number;
  readonly onFault: (code: string, error: unknown) => void;
  readonly budget: ByteBudget;
}

/** Who asked for protected-resource metadata, of whom. */
export interface MetadataRequest {
  readonly server: string;
  readonly path: string;
  readonly client: ClientSighting;
  readonly origins: Origins;
}

/**
 * Watches metadata while it passes, by a bounded copy. To be called once the answer's bytes are on their way, so
 * that the copy is made after each of them went on.
 */
export function watchMetadata(
  context: MetadataContext,
  request: MetadataRequest,
  answer: IncomingMessage,
): void {
  const copy = new ByteCollector(METADATA_BYTES_MAX, context.budget);
  const coding = readCoding(answer.headers['content-encoding']);
  if (coding === 'unknown') return;
  answer.on('data', (chunk: Buffer) => copy.take(chunk));
  answer.on('end', () => {
    const bytes = copy.release();
    if (bytes === undefined) return;
    const judge = ({ text }: { readonly text?: string }) => judgeMetadata(context, request, text);
    if (coding === 'identity') judge(sightText(bytes));
    else sightCoded(bytes, coding, METADATA_BYTES_MAX, judge);
  });
  // An answer that broke off gives its share of the budget back; after the end there is nothing left to give.
  answer.on('close', () => copy.release());
}

function judgeMetadata(context: MetadataContext, request: MetadataRequest, text: string | undefined): void {
  try {
    const resource = readResource(text ?? '');
    const finding = resource === undefined ? undefined : judgeAddress('resource', resource, request.origins);
    if (!finding) return;
    const { server, path, client } = request;
    const atUs = context.nowUs();
    context.sink({ kind: 'misdirection', atUs, server, method: 'GET', path, client, ...finding });
  } catch (error) {
    context.onFault('metadata', error);
  }
}

function readResource(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const named = typeof value === 'object' && value !== null && 'resource' in value;
    return named && typeof value.resource === 'string' ? value.resource : undefined;
  } catch {
    // Not ours to judge: the client sees for itself that this is no metadata.
    return undefined;
  }
}
