/**
 * The log records by name: which kind of record each is, and when it is written. The `sightline.record`
 * value decides the Loki stream, so listing events never touches payloads.
 */
import type { RecordKind } from './words.ts';

export const RECORD_NAMES = {
  'sightline.request': {
    record: ['event'],
    when: 'a request finished, with any outcome, in either direction',
  },
  'sightline.notification': { record: ['event'], when: 'a notification passed, in either direction' },
  'sightline.request.waiting': {
    record: ['event'],
    when: 'a request is still open after `unanswered-after`',
  },
  'sightline.exchange': {
    record: ['event'],
    when: 'an HTTP exchange on the MCP endpoint in which no request could be recognised; or an answer with an address that clients will refuse while `rewrite-urls` is off',
  },
  'sightline.server_log': {
    record: ['event'],
    when: "`notifications/message`, or a line of a stdio server's stderr",
  },
  'sightline.session.started': { record: ['event'], when: "a session's first event is about to be written" },
  'sightline.session.ended': { record: ['event'], when: 'a session ended' },
  'sightline.retry.gave_up': {
    record: ['event'],
    when: 'the retry window passed, or the session ended, without success',
  },
  'sightline.session': { record: ['session', 'session_live'], when: "a session's cumulative summary" },
  'sightline.loss': { record: ['loss'], when: 'something was dropped, cut or evicted; at most every 10 s' },
  'sightline.payload': {
    record: ['payload'],
    when: 'the body of one request or answer, after redaction and cap',
  },
} as const satisfies Record<string, { record: readonly RecordKind[]; when: string }>;

export type RecordName = keyof typeof RECORD_NAMES;
