/** Whose fault a JSON-RPC error code says it is. Messages are never read for this: they are prose. */

/** URL elicitation required (2025-11-25 client/elicitation): not an error but a request for another round. */
export const URL_ELICITATION_REQUIRED = -32042;
export const METHOD_NOT_FOUND = -32601;

/**
 * Codes that put the fault on the caller: JSON-RPC 2.0 §5.1 (parse error, invalid request, unknown method, invalid
 * params; -32603 is the callee's), resource not found (-32002 up to 2025-11-25), and 2026-07-28's header mismatch,
 * missing capability, unsupported version.
 */
const CALLER_FAULTS: ReadonlySet<number> = new Set([
  -32700, -32600, -32601, -32602, -32002, -32020, -32021, -32022,
]);

export function isCallerFault(code: number): boolean {
  return CALLER_FAULTS.has(code);
}

/**
 * The MCP conventions' exclusion list: on SERVER spans these set no `error.type` and no ERROR status
 * (semantic-conventions-genai #404). Shorter than ours on purpose: the convention's list is its own.
 */
const NO_SERVER_ERROR: ReadonlySet<number> = new Set([-32700, -32600, -32601, -32602, -32002]);

export function isServerSpanError(code: number): boolean {
  return !NO_SERVER_ERROR.has(code);
}
