/**
 * Every cap of the fold in one table: whatever a peer can grow has its limit here, and passing one is counted as
 * a loss with stage `observation` and the reason named beside it.
 */
export const BOUNDS = {
  /** Sessions known, open or remembered (`sessions`). */
  sessionsMax: 10_000,
  /** Exchanges in flight (`exchanges`). */
  exchangesMax: 20_000,
  /** Requests open at all, in one session, and of servers whose session is not known yet (`requests`). */
  openRequestsMax: 50_000,
  openRequestsPerSessionMax: 2_000,
  /** Messages read from one batch; the rest stays unobserved (`batch`). */
  batchMessagesMax: 1_000,
  /** Operations that wait for their next round, and tasks that have not ended (`rounds`). */
  roundsMax: 10_000,
  /** Tools with retry state in one session, and chains of one tool (`chains`). */
  chainToolsPerSessionMax: 64,
  chainsPerToolMax: 32,
  /** Tools named in a session's summary; further ones count under `_more`. */
  summaryToolsMax: 100,
  /** Bytes of their names as JSON, so that the summary stays a small record. */
  summaryNamesBytesMax: 8_000,
  /** Metric label values; further ones become `_other`. */
  methodLabelsMax: 50,
  toolLabelsPerServerMax: 200,
  clientLabelsMax: 50,
  errorTypeLabelsMax: 50,
  /** Tool names remembered as advertised by one server. */
  advertisedToolsPerServerMax: 5_000,
  /** Lines of stderr that wait for their process to have a session, and how long they do. */
  heldLinesMax: 100,
  heldLinesUs: 5_000_000,
  /** The same where the handshake is seen only when it is answered: some servers are installed before that. */
  heldLinesBridgedUs: 60_000_000,
  /** Message addresses that 2024-11-05 streams announced (`addresses`). */
  announcedAddressesMax: 10_000,
  /** Misleading addresses remembered as told; one that was forgotten is only told again. */
  misdirectionsMax: 1_000,
  /** `sightline.error.message` and the like, in bytes. */
  messageBytesMax: 512,
  /** A new loss record at most this often. */
  lossEveryUs: 10_000_000,
  /** Live summaries of one session at most this often; full ones once in each such span of wall clock. */
  liveEveryUs: 5_000_000,
  summaryEveryUs: 300_000_000,
} as const;
