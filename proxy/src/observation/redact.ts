/**
 * Redaction and caps: what a text may show once it leaves the process or reaches disk. By key, by pattern of known
 * token formats, by JSON path; embedded JSON (a tool's text block that is itself JSON) is looked into. Text that
 * holds nothing to hide stays exactly as it stood on the wire. When in doubt (broken JSON), more is hidden.
 */
import type { PayloadPart } from '../contract/index.ts';
import { isArray, isObject, type Json } from '../mcp/jsonrpc.ts';
import type { Payload } from './event.ts';
import { matchesPath, type PathStep, parsePath } from './redactPath.ts';
import { type Count, hidden, TextRedactor } from './redactText.ts';
import type { PayloadMode, RedactionRules } from './settings.ts';

/** Strings inside strings inside strings: how deep embedded JSON is parsed; deeper, it is searched as text. */
const EMBEDDED_DEPTH_MAX = 3;
/** Nesting, embedded JSON included, to which values are walked; what lies deeper is hidden whole. */
const WALK_DEPTH_MAX = 1_000;

/** Stands at the end of a line that was cut. */
const CUT_MARK = '…';
const CUT_MARK_BYTES = 3;

/** Where a walk is. */
interface Walk {
  readonly count: Count;
  /** Steps from the message's root; kept only where a path rule might match. */
  readonly path: (string | number)[] | undefined;
  readonly depth: number;
  readonly embedded: number;
}

export class Redactor {
  readonly #mode: PayloadMode;
  readonly #bytesMax: number;
  readonly #text: TextRedactor;
  readonly #paths: readonly { readonly text: string; readonly steps: readonly PathStep[] }[];

  constructor(rules: RedactionRules, mode: PayloadMode, bytesMax: number) {
    this.#mode = mode;
    this.#bytesMax = bytesMax;
    this.#text = new TextRedactor(rules);
    this.#paths = rules.paths.flatMap((text) => {
      const steps = parsePath(text);
      return steps ? [{ text, steps }] : [];
    });
  }

  /** One part of an operation, redacted and then capped. `size` is its true size in bytes. */
  payload(part: PayloadPart, text: string, size: number): Payload {
    if (this.#mode === 'off') return { part, text: '', size, truncated: false, redacted: 0 };
    const count = { redacted: 0 };
    const shown = this.#mode === 'full' ? text : this.#redactBody(text, count);
    const cut = cutBytes(shown, this.#bytesMax);
    return { part, text: cut, size, truncated: cut.length < shown.length, redacted: count.redacted };
  }

  /**
   * One line of prose (error message, server log, URI, path), redacted, without control characters, capped, and marked
   * where that cut it.
   */
  line(text: string, bytesMax: number): string {
    // Ten times the cap is enough to redact a token that begins inside it; the rest is never shown.
    const head = text.length > bytesMax * 10 ? text.slice(0, bytesMax * 10) : text;
    const plain = this.#redactString(head, {
      count: { redacted: 0 },
      path: undefined,
      depth: 0,
      embedded: 0,
    });
    const whole = plain.replace(CONTROL, ' ').trim();
    const cut = cutBytes(whole, bytesMax);
    return cut.length === whole.length ? whole : cutBytes(whole, bytesMax - CUT_MARK_BYTES) + CUT_MARK;
  }

  #redactBody(text: string, count: Count): string {
    const byPath = this.#paths.length > 0;
    if (!byPath && !this.#text.isSuspect(text)) return text;
    return this.#redactJson(text, { count, path: byPath ? [] : undefined, depth: 0, embedded: 0 });
  }

  /** A JSON text, written anew only when something in it was hidden. */
  #redactJson(text: string, walk: Walk): string {
    const before = walk.count.redacted;
    let value: Json;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#text.hideBroken(text, walk.count);
    }
    const redacted = this.#redactValue(value, walk);
    if (walk.count.redacted === before) return text;
    if (!INEXACT_NUMBER.test(text)) return JSON.stringify(redacted);
    walk.count.redacted = before;
    return JSON.stringify(this.#redactValue(parseExactly(text) ?? value, walk));
  }

  #redactValue(value: Json, walk: Walk): Json {
    const { count, path, depth } = walk;
    if (depth > WALK_DEPTH_MAX) return hidden(count, 'depth', String(WALK_DEPTH_MAX));
    const rule = path && this.#paths.find(({ steps }) => matchesPath(steps, path));
    if (rule) return hidden(count, 'path', rule.text);
    if (typeof value === 'string') return this.#redactString(value, walk);
    const number = numberText(value);
    if (number !== undefined) {
      const shown = this.#text.hidePatterns(number, count);
      return shown === number ? value : shown;
    }
    const inner = { ...walk, depth: depth + 1 };
    if (isArray(value)) return value.map((element, at) => this.#redactMember(at, element, inner));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, member = null]): [string, Json] => [
      this.#text.hide(key, count),
      member !== null && member !== '' && this.#text.isSecretKey(key)
        ? hidden(count, 'key', key)
        : this.#redactMember(key, member, inner),
    ]);
    // fromEntries defines, it does not assign: a key `__proto__` stays a key.
    return Object.fromEntries(entries);
  }

  #redactMember(step: string | number, member: Json, walk: Walk): Json {
    walk.path?.push(step);
    const redacted = this.#redactValue(member, walk);
    walk.path?.pop();
    return redacted;
  }

  #redactString(text: string, walk: Walk): string {
    const first = text.trimStart()[0];
    if (first !== '{' && first !== '[') return this.#text.hide(text, walk.count);
    if (walk.embedded >= EMBEDDED_DEPTH_MAX) return this.#text.hideBroken(text, walk.count);
    return this.#redactJson(text, { ...walk, path: undefined, embedded: walk.embedded + 1 });
  }
}

const CONTROL = /[\p{Cc}\u2028\u2029]+/gu;

/** A number that JavaScript might write otherwise than it stands: `1.0`, `1e400`, `-0`, more than 15 digits. */
const INEXACT_NUMBER = /\d[.eE]|\d{16}|-0/;

/** What TypeScript's library does not know of JSON yet (Node 21, ES2027 JSON.parse source text access). */
interface SourceAwareJson {
  parse(
    text: string,
    revive: (key: string, value: Json, context: { readonly source?: string }) => unknown,
  ): Json;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
}
const SOURCE_AWARE: SourceAwareJson = JSON as unknown as SourceAwareJson;

/** Parses so that numbers are written again as they stood; undefined when the text is nested too deep for that. */
function parseExactly(text: string): Json | undefined {
  try {
    return SOURCE_AWARE.parse(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined && String(value) !== source
        ? SOURCE_AWARE.rawJSON(source)
        : value,
    );
  } catch {
    return undefined;
  }
}

/** A number's text; undefined when the value is none. */
function numberText(value: Json): string | undefined {
  if (typeof value === 'number') return String(value);
  return SOURCE_AWARE.isRawJSON(value) ? value.rawJSON : undefined;
}

/** The longest beginning of a text that fits `bytesMax` bytes of UTF-8, cut between characters. */
export function cutBytes(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax) return text;
  const bytes = Buffer.from(text.slice(0, bytesMax));
  let end = Math.min(bytesMax, bytes.length);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}
