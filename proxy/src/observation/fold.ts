/** What the parts of the fold share: settings, ids, labels, the journal, sessions, rounds, losses. No behaviour. */
import type { PayloadPart } from '../contract/index.ts';
import { BoundedMap } from '../session/boundedMap.ts';
import { LinkedList } from '../session/linkedList.ts';
import { Registry } from '../session/registry.ts';
import { BOUNDS } from './bounds.ts';
import { Chains } from './chains.ts';
import type { Payload } from './event.ts';
import { ExchangeTable } from './exchangeTable.ts';
import type { UnixMicros } from './frame.ts';
import { IdSource } from './ids.ts';
import { Journal } from './journal.ts';
import { LabelBook } from './labels.ts';
import { Losses } from './losses.ts';
import { OpenRequests } from './openRequests.ts';
import { Redactor } from './redact.ts';
import { digest, Rounds } from './rounds.ts';
import type { ObserverSettings, ServerSettings } from './settings.ts';
import type { Exchange, OpenRequest, Pipe, SessionState } from './state.ts';
import { Tally } from './tally.ts';

/** A shorter session id is too common a text to be looked for. */
const CONCEALED_LENGTH_MIN = 4;

export class Fold {
  readonly settings: ObserverSettings;
  readonly servers: ReadonlyMap<string, ServerSettings>;
  readonly ids: IdSource;
  readonly labels = new LabelBook();
  readonly losses = new Losses();
  readonly redactor: Redactor;
  readonly journal: Journal;
  readonly registry: Registry<SessionState>;
  readonly rounds: Rounds;
  readonly exchanges: ExchangeTable;
  /** Wrapped processes that run. */
  readonly pipes = new Set<Pipe>();
  /** Every request without an outcome. */
  readonly open = new LinkedList<OpenRequest>();
  /** Message addresses that 2024-11-05 streams announced, and the session evidence each stands for. */
  readonly addresses: BoundedMap<string, string>;
  /** Misleading addresses of upstreams that were told already. */
  readonly misdirections = new BoundedMap<string, true>(BOUNDS.misdirectionsMax);
  /** Time of the frame being taken. */
  nowUs: UnixMicros = 0;

  constructor(settings: ObserverSettings) {
    const evicted = (reason: string) => () => this.losses.add('observation', reason, 1, this.nowUs);
    this.settings = settings;
    this.servers = new Map(settings.servers.map((server) => [server.name, server]));
    this.ids = new IdSource(settings.seed);
    this.redactor = new Redactor(settings.redaction, settings.payloadMode, settings.payloadBytesMax);
    this.journal = new Journal(this.ids, this.labels, {
      capture: settings.payloadMode !== 'off',
      hashSessionIds: settings.hashSessionIds,
      hash: digest,
      afterNs: settings.afterNs,
    });
    this.registry = new Registry<SessionState>(
      BOUNDS.sessionsMax,
      () => this.newState(new Tally(), 0),
      (session) => {
        // A session that ended long ago was told in full; only an open one loses something.
        if (session.ended !== undefined) return;
        session.own.tally.incomplete = true;
        for (const request of session.own.open.list()) {
          if (this.exchanges.get(request.exchange.id) !== request.exchange) this.giveUpOn(request);
        }
        this.journal.writeSummary(this.nowUs, session, 'session');
        evicted('sessions')();
      },
    );
    this.rounds = new Rounds(BOUNDS.roundsMax, evicted('rounds'));
    this.addresses = new BoundedMap(BOUNDS.announcedAddressesMax, evicted('addresses'));
    this.exchanges = new ExchangeTable(BOUNDS.exchangesMax, (exchange) => {
      this.forget(exchange);
      evicted('exchanges')();
    });
  }

  /** What is kept of a session that begins, or goes on from an earlier run. */
  newState(tally: Tally, number: number): SessionState {
    return {
      number,
      tally,
      chains: new Chains(this.settings.retryWindowUs, () =>
        this.losses.add('observation', 'chains', 1, this.nowUs),
      ),
      open: new OpenRequests(),
      startedWritten: false,
      reopens: false,
      changed: false,
      changedLive: false,
      liveUs: Number.NEGATIVE_INFINITY,
      resumedStreams: 0,
    };
  }

  /** One line of prose for a record, redacted and capped. */
  line(text: string, exchange: Exchange): string {
    return this.redactor.line(this.#conceal(text, exchange), BOUNDS.messageBytesMax);
  }

  /** One part of a message or body, redacted and capped; `size` is its true size in bytes. */
  payload(part: PayloadPart, text: string, size: number, exchange: Exchange): Payload {
    return this.redactor.payload(part, this.#conceal(text, exchange), size);
  }

  /** With `hash-session-ids`: the session id that servers like to repeat in their errors, hashed there too. */
  #conceal(text: string, { protocolId, response, joined }: Exchange): string {
    if (!this.settings.hashSessionIds) return text;
    let concealed = text;
    for (const id of new Set([protocolId, response?.headers['mcp-session-id'], joined?.session.protocolId])) {
      if (id !== undefined && id.length >= CONCEALED_LENGTH_MIN)
        concealed = concealed.replaceAll(id, digest(id));
    }
    return concealed;
  }

  /** Takes a request among the open ones; past the cap the one open longest is given up. */
  admit(request: OpenRequest): void {
    request.place = this.open.append(request);
    const oldest = this.open.first;
    if (this.open.size <= BOUNDS.openRequestsMax || !oldest) return;
    this.giveUpOn(oldest);
    this.losses.add('observation', 'requests', 1, this.nowUs);
  }

  /** Gives up on what is still open in an exchange: its end was not seen, so nothing is said of it. */
  forget(exchange: Exchange): void {
    const piped = exchange.pipe?.open.list() ?? [];
    for (const request of [...exchange.requests, ...exchange.strays, ...piped]) this.giveUpOn(request);
    if (exchange.pipe?.exchange === exchange) this.pipes.delete(exchange.pipe);
    if (!exchange.resumes || !exchange.joined) return;
    exchange.resumes = false;
    exchange.joined.session.own.resumedStreams -= 1;
  }

  /** Closes a request without a record; its session says that something is missing. */
  giveUpOn(request: OpenRequest): void {
    if (request.done) return;
    this.close(request);
    if (request.joined) request.joined.session.own.tally.incomplete = true;
  }

  /** Takes a request out of everything that waits for its answer. */
  close(request: OpenRequest): void {
    request.done = true;
    if (request.place) this.open.remove(request.place);
    request.place = undefined;
    this.unindex(request);
  }

  /** Takes a request out of its session's open ones. */
  unindex(request: OpenRequest): void {
    if (request.openKey === undefined) return;
    (request.exchange.pipe?.open ?? request.joined?.session.own.open)?.remove(request);
  }
}
