/**
 * Counts an event into its session's tally by what its record says, as the fold counted it when it concluded it
 * (`ending.ts`): for events that were kept and whose summary was not. A test holds both against each other.
 */
import type { PlainEvent, RecordedEvent, RequestEvent } from './event.ts';
import { estimateTokens, type Tally } from './tally.ts';

/** Everything but the number of events, which is known from their numbers. */
export function recount(tally: Tally, event: RecordedEvent): void {
  if (event.kind === 'sightline.retry.gave_up') tally.gaveUp += 1;
  if (event.kind === 'sightline.request') countRequest(tally, event);
  if (event.kind === 'sightline.request' || event.kind === 'sightline.notification') countCall(tally, event);
}

function countRequest(tally: Tally, { attributes, definitions, ended }: RequestEvent): void {
  const answerBytes = attributes['sightline.response.size'] ?? 0;
  tally.bytes += (attributes['sightline.request.size'] ?? 0) + answerBytes;
  if (attributes['sightline.direction'] === 'server_to_client') return;
  const isToolCall = attributes['mcp.method.name'] === 'tools/call';
  tally.calls += 1;
  if (isError(attributes['sightline.outcome']) && attributes['sightline.probe'] !== true) tally.errors += 1;
  for (const { bytes } of definitions ?? []) tally.tokensEstimated += estimateTokens(bytes);
  if (isToolCall || ended?.toolCall) tally.tokensEstimated += estimateTokens(answerBytes);
  if (!isToolCall) return;
  tally.toolTimeUs += Math.round((attributes['sightline.duration'] ?? 0) * 1e6);
  if (attributes['sightline.round.number'] !== undefined) return;
  tally.toolCalls += 1;
  if ((attributes['sightline.attempt.number'] ?? 1) > 1) tally.retries += 1;
}

/** A call ends with its answer, or with the poll or notification that ends its task. */
function countCall(tally: Tally, { attributes, ended }: RequestEvent | PlainEvent): void {
  const tool = attributes['gen_ai.tool.name'] ?? ended?.tool;
  if (!ended?.toolCall || tool === undefined) return;
  tally.countTool(tool, isError(attributes['sightline.outcome']));
  if (attributes['sightline.attempt.result'] === 'recovered') tally.recovered += 1;
}

function isError(outcome: string | undefined): boolean {
  return outcome !== 'ok' && outcome !== 'cancelled';
}
