/**
 * Cuts one encoded export request into two, so that a receiver that refuses a batch can be asked about its halves.
 * It reads only lengths: a request is one message (resource) holding one (scope) whose fields 2 are the items.
 */
import { BYTES, tagOf } from './protobuf.ts';

const RESOURCE_ITEMS = tagOf(1, BYTES);
const SCOPE_ITEMS = tagOf(2, BYTES);

/** Two requests: with the first `count` items, and with the others. Both are copies. */
export function splitRequest(request: Uint8Array, count: number): readonly [Uint8Array, Uint8Array] {
  const outer = fieldAt(request, 0);
  const resource = fieldAt(request, outer.start);
  const scoped = fieldAt(request, resource.end);
  const scope = fieldAt(request, scoped.start);
  let middle = scope.end;
  for (let i = 0; i < count; i++) middle = fieldAt(request, middle).end;
  const head = request.subarray(outer.start, resource.end);
  const inner = request.subarray(scoped.start, scope.end);
  const build = (items: Uint8Array) => message(RESOURCE_ITEMS, [head, message(SCOPE_ITEMS, [inner, items])]);
  return [build(request.subarray(scope.end, middle)), build(request.subarray(middle, scoped.end))];
}

/** Where the content of the length-delimited field at `at` starts and ends. Its tag has one byte. */
function fieldAt(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  let length = 0;
  let shift = 1;
  let start = at + 1;
  for (;;) {
    const byte = bytes[start];
    if (byte === undefined) throw new Error('the request ends within a field');
    start += 1;
    length += (byte & 127) * shift;
    shift *= 128;
    if (byte < 128) return { start, end: start + length };
  }
}

function message(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [tag];
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) head.push((rest % 128) | 128);
  head.push(rest);
  const whole = new Uint8Array(head.length + length);
  whole.set(head);
  let at = head.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
