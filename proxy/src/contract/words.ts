/**
 * The closed vocabularies that leave the program as attribute values. One meaning each; the page, the panel,
 * the dashboards and the alerts spell them exactly so.
 */

/** How a request ended. The first that fits wins; the order of precedence is in `observation/outcome.ts`. */
export const OUTCOMES = [
  'ok',
  'tool_error',
  'rpc_error',
  'http_error',
  'timeout',
  'cancelled',
  'abandoned',
  'interrupted',
  'denied',
  'unanswered',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Whose doing an outcome was. Absent when the outcome is `ok`. */
export const ORIGINS = ['client', 'proxy', 'upstream'] as const;
export type Origin = (typeof ORIGINS)[number];

/** Which side sent the message: the MCP client, or the MCP server. */
export const DIRECTIONS = ['client_to_server', 'server_to_client'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The evidence that joined an event to its session, strongest first. */
export const SESSION_SOURCES = [
  'protocol',
  'conversation',
  'client_hint',
  'process',
  'trace',
  'inferred',
] as const;
export type SessionSource = (typeof SESSION_SOURCES)[number];

/** How much the evidence is worth: stated by the protocol, stated by the client, or concluded by us. */
export const CONFIDENCES = ['certain', 'strong', 'weak'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** What an answer was; only `complete` ends the operation. */
export const RESULT_TYPES = ['complete', 'input_required', 'task'] as const;
export type ResultType = (typeof RESULT_TYPES)[number];

/** Why a session ended. `process_exit` and `crashed` come from wrapped processes and from a restart. */
export const END_REASONS = [
  'deleted',
  'expired',
  'closed',
  'idle',
  'process_exit',
  'crashed',
  'shutdown',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** What kind of credential a request carried; never the credential. */
export const CREDENTIAL_KINDS = ['none', 'bearer', 'basic', 'api_key', 'cookie', 'other'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export const SESSION_STATUSES = ['open', 'ended'] as const;

/** Which half of an operation a payload is. */
export const PAYLOAD_PARTS = ['request', 'response'] as const;
export type PayloadPart = (typeof PAYLOAD_PARTS)[number];

/** What became of an attempt, as a metric label. */
export const ATTEMPT_RESULTS = ['retried', 'recovered', 'gave_up'] as const;

/** The value of `sightline.record`, a Loki index label. */
export const RECORDS = ['event', 'session', 'session_live', 'payload', 'loss'] as const;
export type RecordKind = (typeof RECORDS)[number];

/** The fold value of every bounded label. */
export const OTHER = '_other';
